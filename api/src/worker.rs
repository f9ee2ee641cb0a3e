//! What happens by itself? The steps of playbooks' runs, and each organization's work of the day.
//!
//! The only process with the service key. It decides nothing: what is due, and what a step does, is for functions of
//! the database, which take turns. So any number of workers may run, and each may stop at any moment.

use crate::http::config::{ConfigError, SERVICE_KEY, SUPABASE_URL, Setting, is_privileged};
use jiff::civil::Date;
use revos_shared::kernel::ids::{AutomationRunId, OrganizationId};
use revos_shared::kernel::work::RunStatus;
use revos_shared::overview::OverviewInputs;
use revos_shared::pipeline::{ForecastMaterial, KeptForecast};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use supabase::{AccessToken, Caller, Limits, Project, Rest, RestError, Transport};
use tokio::sync::watch;

/// How often queued and running runs are looked for.
const RUNS_EVERY: Duration = Duration::from_secs(15);
/// How often work of the day is looked for.
const DAILY_EVERY: Duration = Duration::from_secs(60);
/// How often focus sessions that ran out are swept up.
const SWEEP_EVERY: Duration = Duration::from_secs(5 * 60);
/// How often the log says how it goes.
const HEALTH_EVERY: Duration = Duration::from_secs(5 * 60);
/// The longest pause after failures; each one doubles it.
const PAUSE_MAX: Duration = Duration::from_secs(5 * 60);
/// The time that work under way gets to finish when the worker is told to stop.
const PATIENCE: Duration = Duration::from_secs(20);
/// Runs that are looked at in one go, the oldest first.
const RUNS_AT_ONCE: u32 = 200;
/// More calls than these end no run: a playbook has at most 50 steps.
const STEPS_AT_ONCE: u32 = 60;
/// Works of the day that are taken up in one go. They are left to this worker for five minutes.
const JOBS_AT_ONCE: u32 = 5;
/// Alerts that travel in one request.
const ALERTS_AT_ONCE: usize = 1_000;
/// Requests may take longer than a person would wait.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    first_byte: Duration::from_secs(50),
    total: Duration::from_secs(60),
    body: 64 * 1024 * 1024,
};

/// The worker of one project.
pub struct Worker {
    rest: Rest,
    key: AccessToken,
    counts: Counts,
}

/// What was done since the start, for the log.
#[derive(Debug, Default)]
struct Counts {
    steps: AtomicU64,
    jobs: AtomicU64,
    sweeps: AtomicU64,
    failures: AtomicU64,
}

/// The worker cannot start.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// A setting is missing or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The outgoing client cannot be made.
    #[error("the outgoing HTTP client cannot be made: {0}")]
    Transport(String),
}

/// One pass of everything, and what of it failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Steps of runs that were done, those that failed among them.
    pub steps: u64,
    /// Works of the day that were done.
    pub jobs: u64,
    /// What could not be done now and will be tried again.
    pub failures: u64,
}

impl Worker {
    /// Reads the settings of a worker; `lookup` gives the value of an environment variable.
    ///
    /// # Errors
    /// [`WorkerError`] for the first setting that is wrong or missing.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, WorkerError> {
        let get = |setting: &Setting| {
            lookup(setting.name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let wrong = |setting: &Setting, problem: &str| {
            WorkerError::Config(ConfigError { name: setting.name, problem: problem.to_owned() })
        };
        let url = get(&SUPABASE_URL)
            .ok_or_else(|| wrong(&SUPABASE_URL, "is missing: the worker works for a project"))?;
        let key = get(&SERVICE_KEY).ok_or_else(|| {
            wrong(&SERVICE_KEY, "is missing: copy the secret key from the project's API settings")
        })?;
        if !is_privileged(&key) {
            return Err(wrong(&SERVICE_KEY, "is not a secret or service-role key"));
        }
        let project = Project::new(&url, &key).map_err(|error| match error {
            supabase::ProjectError::Address => wrong(&SUPABASE_URL, &error.to_string()),
            supabase::ProjectError::Key => wrong(&SERVICE_KEY, "holds characters that no key has"),
        })?;
        let key = AccessToken::new(&key).ok_or_else(|| wrong(&SERVICE_KEY, "is longer than any key"))?;
        let transport = Transport::new(LIMITS).map_err(|error| WorkerError::Transport(error.to_string()))?;
        Ok(Self { rest: Rest::new(&project, transport), key, counts: Counts::default() })
    }

    /// Works until `stop` is done, then finishes what is under way.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let (tell, told) = watch::channel(false);
        tracing::info!("the worker is ready");
        let work = async {
            tokio::join!(
                self.repeat("runs", RUNS_EVERY, &told, || self.advance_runs(&told)),
                self.repeat("daily", DAILY_EVERY, &told, || self.do_daily_work(false, &told)),
                self.repeat("sweep", SWEEP_EVERY, &told, || self.sweep()),
                self.repeat("health", HEALTH_EVERY, &told, || self.tell_health()),
            );
        };
        let ending = async {
            stop.await;
            let _ = tell.send(true);
            tokio::time::sleep(PATIENCE).await;
            tracing::warn!("some work was still under way and is cut off; another worker takes it up");
        };
        tokio::select! {
            () = work => {}
            () = ending => {}
        }
        tracing::info!("the worker has stopped");
    }

    /// Does everything that is due once; `early`, also work of the day whose hour will come.
    pub async fn pass(&self, early: bool) -> Pass {
        let (_tell, told) = watch::channel(false);
        let mut pass = Pass::default();
        let before = self.counts.steps.load(Ordering::Relaxed);
        let jobs_before = self.counts.jobs.load(Ordering::Relaxed);
        for outcome in
            [self.advance_runs(&told).await, self.do_daily_work(early, &told).await, self.sweep().await]
        {
            match outcome {
                Ok(failures) => pass.failures += failures,
                Err(error) => {
                    tracing::warn!(%error, "a part of the pass failed");
                    pass.failures += 1;
                }
            }
        }
        pass.steps = self.counts.steps.load(Ordering::Relaxed) - before;
        pass.jobs = self.counts.jobs.load(Ordering::Relaxed) - jobs_before;
        pass
    }

    /// Does something again and again; after failures less often.
    async fn repeat<F: Future<Output = Result<u64, RestError>>>(
        &self,
        what: &'static str,
        period: Duration,
        told: &watch::Receiver<bool>,
        work: impl Fn() -> F,
    ) {
        let mut told = told.clone();
        let mut failures = 0_u32;
        while !*told.borrow() {
            let failed = match work().await {
                Ok(failed) => failed,
                Err(error) => {
                    tracing::warn!(what, %error, "the worker could not do its work");
                    1
                }
            };
            self.counts.failures.fetch_add(failed, Ordering::Relaxed);
            failures = if failed == 0 { 0 } else { failures.saturating_add(1) };
            tokio::select! {
                () = tokio::time::sleep(pause(period, failures)) => {}
                _ = told.changed() => {}
            }
        }
    }

    fn caller(&self) -> Caller<'_> {
        self.rest.as_caller(&self.key)
    }

    /// Takes queued and running runs on, step by step, until each has ended. Answers how many could not be.
    async fn advance_runs(&self, told: &watch::Receiver<bool>) -> Result<u64, RestError> {
        let caller = self.caller();
        let query = caller.from("automation_runs").select("id").in_("status", ["queued", "running"]);
        let waiting = caller.list::<Waiting>(query.order("created_at.asc,id.asc"), RUNS_AT_ONCE).await?;
        let mut failed = 0;
        for run in waiting.rows {
            if *told.borrow() {
                break;
            }
            match self.advance(run.id, told).await {
                Ok(()) => {}
                Err(error) if is_outage(&error) => return Err(error),
                Err(error) => {
                    tracing::warn!(run = %run.id, %error, "a run could not be taken on");
                    failed += 1;
                }
            }
        }
        Ok(failed)
    }

    async fn advance(&self, run: AutomationRunId, told: &watch::Receiver<bool>) -> Result<(), RestError> {
        for _ in 0..STEPS_AT_ONCE {
            let arguments = json!({ "p_run_id": run });
            let now: Standing = self.caller().call("service_advance_automation_run", arguments).await?;
            self.counts.steps.fetch_add(1, Ordering::Relaxed);
            if now.status.is_final() || *told.borrow() {
                break;
            }
        }
        Ok(())
    }

    /// Does the work of the day that is due, one organization after the other: none stops another. Answers how much
    /// could not be done, which is offered again later.
    async fn do_daily_work(&self, early: bool, told: &watch::Receiver<bool>) -> Result<u64, RestError> {
        let mut failed = 0;
        while !*told.borrow() {
            let arguments = json!({ "p_limit": JOBS_AT_ONCE, "p_early": early });
            let due: Vec<Due> = self.caller().call("service_claim_daily_work", arguments).await?;
            if due.is_empty() {
                break;
            }
            for due in due {
                match self.do_job(&due).await {
                    Ok(()) => {
                        self.counts.jobs.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => {
                        let organization = due.organization_id;
                        tracing::warn!(job = due.job, %organization, %error, "work of the day failed");
                        failed += 1;
                    }
                }
            }
        }
        Ok(failed)
    }

    async fn do_job(&self, due: &Due) -> Result<(), RestError> {
        let arguments = json!({ "p_organization_id": due.organization_id });
        let caller = self.caller();
        match due.job.as_str() {
            "finance_cache" => {
                let _: u64 = caller.call("service_refresh_finance_cache", arguments).await?;
            }
            "health" => {
                let _: u64 = caller.call("service_daily_health", arguments).await?;
            }
            "purge" => {
                let _: IgnoredAny = caller.call("service_purge", arguments).await?;
            }
            "snapshots" => {
                let figures: Figures = caller.read("service_read_figures", arguments).await?;
                let rows = snapshots(figures, due.organization_id);
                let arguments = json!({ "p_organization_id": due.organization_id, "p_rows": rows });
                let _: u64 = caller.call("service_record_snapshots", arguments).await?;
            }
            "alerts" => {
                let figures: Figures = caller.read("service_read_figures", arguments).await?;
                let KeptForecast { alerts, .. } = figures.forecast.kept(due.organization_id);
                for alerts in alerts.chunks(ALERTS_AT_ONCE) {
                    let arguments = json!({ "p_organization_id": due.organization_id, "p_events": alerts });
                    let _: u64 = caller.call("service_record_events", arguments).await?;
                }
            }
            // Of a newer database: left to a newer worker.
            other => return Err(RestError::Unreadable(format!("no such work of the day: {other}"))),
        }
        let done =
            json!({ "p_organization_id": due.organization_id, "p_job": due.job, "p_day": due.day_text() });
        let _: bool = caller.call("service_finish_daily_work", done).await?;
        Ok(())
    }

    /// Ends focus sessions that ran out.
    async fn sweep(&self) -> Result<u64, RestError> {
        let swept: u64 = self.caller().call("service_sweep_focus_sessions", json!({})).await?;
        self.counts.sweeps.fetch_add(swept, Ordering::Relaxed);
        Ok(0)
    }

    async fn tell_health(&self) -> Result<u64, RestError> {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Counts { steps, jobs, sweeps, failures } = &self.counts;
        let (steps, jobs, sweeps, failures) = (of(steps), of(jobs), of(sweeps), of(failures));
        tracing::info!(steps, jobs, sweeps, failures, "the worker is at work");
        Ok(0)
    }
}

/// The pause before the next try.
fn pause(period: Duration, failures: u32) -> Duration {
    period.saturating_mul(2_u32.saturating_pow(failures.min(16))).min(PAUSE_MAX.max(period))
}

/// Would the next call fail alike?
const fn is_outage(error: &RestError) -> bool {
    matches!(error, RestError::Unreachable(_) | RestError::TimedOut(_) | RestError::Busy(_))
}

/// The rows that are kept of a day's figures.
fn snapshots(figures: Figures, organization: OrganizationId) -> Value {
    let Figures { forecast, overview } = figures;
    let overview = overview.overview();
    let day = revos_shared::kernel::instants::write_day(forecast.as_of);
    let row = |kind: &str, metrics| json!({ "kind": kind, "time_scope": "qtd", "snapshot_date": day, "metrics": metrics });
    // The service sees all money, so there are figures of it.
    let finance = overview.kept_finance().map(|metrics| row("finance", metrics));
    let portfolio = row("portfolio", overview.kept_portfolio());
    let pipeline = row("pipeline", forecast.kept(organization).metrics);
    finance.into_iter().chain([pipeline, portfolio]).collect()
}

#[derive(Deserialize)]
struct Waiting {
    id: AutomationRunId,
}

#[derive(Deserialize)]
struct Standing {
    status: RunStatus,
}

/// Work of the day that was taken up.
#[derive(Deserialize)]
struct Due {
    organization_id: OrganizationId,
    job: String,
    #[serde(with = "revos_shared::kernel::instants::day")]
    day: Date,
}

impl Due {
    fn day_text(&self) -> String {
        revos_shared::kernel::instants::write_day(self.day)
    }
}

/// `service_read_figures()` as the database writes it.
#[derive(Deserialize)]
struct Figures {
    forecast: ForecastMaterial,
    overview: OverviewInputs,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn refused(pairs: &[(&str, &str)]) -> Option<&'static str> {
        let map: HashMap<&str, &str> = pairs.iter().copied().collect();
        match Worker::read(|name| map.get(name).map(|value| (*value).to_owned())) {
            Ok(_) => None,
            Err(WorkerError::Config(error)) => Some(error.name),
            Err(WorkerError::Transport(error)) => panic!("{error}"),
        }
    }

    #[test]
    fn works_with_the_key_of_the_service_and_with_no_other() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = ("SUPABASE_URL", "https://a.supabase.co");
        let key = "SUPABASE_SERVICE_KEY";
        assert_eq!(refused(&[(key, "sb_secret_x")]), Some("SUPABASE_URL"));
        assert_eq!(refused(&[url]), Some(key));
        assert_eq!(refused(&[url, (key, "sb_publishable_x")]), Some(key));
        assert_eq!(refused(&[("SUPABASE_URL", "a"), (key, "sb_secret_x")]), Some("SUPABASE_URL"));
        assert_eq!(refused(&[url, (key, "sb_secret_a b")]), Some(key));
        assert_eq!(refused(&[url, (key, "sb_secret_x")]), None);
        assert_eq!(refused(&[url, (key, "e30.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.x")]), None);
    }

    #[test]
    fn failures_make_the_pauses_longer_up_to_a_limit() {
        let seconds = |failures| pause(RUNS_EVERY, failures).as_secs();
        assert_eq!([0, 1, 2, 4, 5, 1_000].map(seconds), [15, 30, 60, 240, 300, 300]);
    }
}
