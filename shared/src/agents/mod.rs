//! Which agents are there, how do they behave, and what have they done?

use crate::kernel::value_set;

value_set! {
    /// What an agent is about.
    AgentCategory {
        /// Projects.
        Projects = "projects",
        /// Content.
        Content = "content",
        /// Clients.
        Clients = "clients",
        /// Messages.
        Communication = "communication",
        /// Money.
        Finance = "finance",
    }
}

value_set! {
    /// How a definition stands.
    AgentLifecycle {
        /// Being written.
        Draft = "draft",
        /// In use.
        Active = "active",
        /// Switched off.
        Disabled = "disabled",
        /// Kept for the record.
        Retired = "retired",
    }
}

value_set! {
    /// What runs an agent.
    AgentExecutor {
        /// The built-in review of the portfolio.
        PortfolioReview = "portfolio_review",
        /// The built-in review of receivables.
        CollectionsReview = "collections_review",
        /// The built-in review of the pipeline.
        PipelineReview = "pipeline_review",
        /// A service outside.
        External = "external",
    }
}

value_set! {
    /// What started a run.
    AgentTrigger {
        /// A person.
        Manual = "manual",
        /// An event.
        Event = "event",
        /// The clock.
        Schedule = "schedule",
    }
}

value_set! {
    /// How an agent sounds.
    AgentTone {
        /// Businesslike.
        Professional = "professional",
        /// Relaxed.
        Casual = "casual",
        /// With reasons and figures.
        Analytical = "analytical",
        /// Friendly.
        Warm = "warm",
    }
}

value_set! {
    /// How much an agent says.
    AgentVerbosity {
        /// Little.
        Short = "short",
        /// Enough.
        Balanced = "balanced",
        /// Everything.
        Detailed = "detailed",
    }
}
