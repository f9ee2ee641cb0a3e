//! How is the database server started so that it never outlives this process?

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use tokio::sync::watch;

use crate::account::RunAs;

/// A shell between this process and the server. It holds the reading end of a pipe whose writing
/// end only this process has: when this process ends, whatever way, the shell reads the end of the
/// file and stops the server. Parameters: the signal for that case, a directory to remove
/// afterwards (or nothing; a file `stay` in it prevents it), the server's command line. Signal names
/// on the pipe are passed on. The system may send HUP when the owner of a stopped process dies.
const SCRIPT: &str = r#"
trap '' HUP
last=$1 remove=$2
shift 2
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{
    while read -r signal; do kill -s "$signal" "$server"; done
    kill -s "$last" "$server"
} <&3 &
watcher=$!
exec 3<&- </dev/null
wait "$server"
code=$?
kill "$watcher"
if [ -n "$remove" ] && [ ! -e "$remove/stay" ]; then rm -rf "$remove"; fi
exit "$code"
"#;

/// The file that keeps a directory in place when the server ends.
pub(crate) fn stay_marker(home: &Path) -> PathBuf {
    home.join("stay")
}

/// A running server and the pipe it lives by.
#[derive(Debug)]
pub(crate) struct Keeper {
    pipe: Option<ChildStdin>,
    ended: watch::Receiver<Option<ExitStatus>>,
}

impl Keeper {
    /// Starts `command`, which must be the server itself. Its output goes to `log`; with `remove`,
    /// `home` goes with it.
    pub(crate) fn start(
        run_as: RunAs,
        home: &Path,
        command: &[String],
        log: &File,
        remove: bool,
    ) -> io::Result<Self> {
        let mut shell = Command::new("/bin/sh");
        run_as.prepare(&mut shell, home);
        let last = if remove { "QUIT" } else { "INT" };
        shell.args(["-c", SCRIPT, "revos-postgres-keeper", last]);
        shell.arg(if remove { home } else { Path::new("") });
        shell.args(command);
        shell.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log.try_clone()?);
        // Out of the terminal's foreground group: Ctrl-C is for us, we stop the server in order.
        shell.process_group(0);
        let mut child = shell.spawn()?;
        let pipe = child.stdin.take();
        let (tell, ended) = watch::channel(None);
        // A thread and not a task: the server outlives the runtime of the test that started it.
        thread::Builder::new().name("postgres-keeper".into()).spawn(move || wait(child, &tell))?;
        Ok(Self { pipe, ended })
    }

    /// Sends the server a signal by name.
    pub(crate) fn signal(&mut self, name: &str) -> io::Result<()> {
        match &mut self.pipe {
            Some(pipe) => pipe.write_all(format!("{name}\n").as_bytes()),
            None => Ok(()),
        }
    }

    /// Whether the server has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.borrow().is_some()
    }

    /// A way to wait for the server's end.
    pub(crate) fn ended(&self) -> watch::Receiver<Option<ExitStatus>> {
        self.ended.clone()
    }

    /// Waits for the server's end; false when it takes longer than `limit`.
    pub(crate) async fn ends_within(&self, limit: Duration) -> bool {
        let mut ended = self.ended.clone();
        tokio::time::timeout(limit, async move { ended.wait_for(Option::is_some).await.is_ok() })
            .await
            .is_ok()
    }
}

fn wait(mut child: Child, tell: &watch::Sender<Option<ExitStatus>>) {
    match child.wait() {
        Ok(status) => {
            tell.send_replace(Some(status));
        }
        Err(error) => tracing::error!(%error, "cannot wait for PostgreSQL"),
    }
}
