//! The only loop over the queue.

use std::collections::HashMap;
use std::slice;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use settings::JobsSection;
use shared_kernel::{Clock, JobKind, StoreError};
use store_pg::{ClaimedJob, JobQueue};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::retry::wait_after;
use crate::process::health::HealthMonitor;

/// How often the queue is looked at without being rung for: other instances queue too, and
/// retries come due.
const POLL: Duration = Duration::from_secs(1);

/// What is queued or finished within this moment is claimed in one statement: under load the queue
/// then costs requests little, and a mail leaves a few milliseconds later.
const GATHER: Duration = Duration::from_millis(5);

/// The longest a job waits for its next attempt, whoever asks for more.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobOutcome {
    Done,
    /// Worth another attempt; not before the wait, if one is named.
    Failed {
        reason: String,
        wait: Option<Duration>,
    },
    /// The attempt did not take place (the channel is cut off); it does not count.
    Postponed {
        reason: String,
        wait: Duration,
    },
    /// No attempt will ever succeed.
    Hopeless {
        reason: String,
    },
}

/// Does one kind of job.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// Does the job, outside any transaction. May be called again for the same job.
    async fn run(&self, job: &ClaimedJob) -> JobOutcome;
}

/// Claims jobs and hands them to their handlers.
pub struct JobRunner {
    pub queue: JobQueue,
    pub handlers: HashMap<JobKind, Arc<dyn JobHandler>>,
    pub clock: Arc<dyn Clock>,
    pub settings: JobsSection,
    pub bell: Arc<Notify>,
    pub health: Arc<HealthMonitor>,
    /// Ends what is running: the server cannot wait for it any longer.
    pub cut: CancellationToken,
}

impl JobRunner {
    /// Runs until told to stop; then claims nothing more and waits for what is running, until that is
    /// cut.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut running = JoinSet::new();
        let mut done = Vec::new();
        while !stop.is_cancelled() {
            self.health.worker_is_alive();
            while let Some(finished) = running.try_join_next() {
                done.extend(finished.ok().flatten());
            }
            self.record_done(&mut done).await;
            let free = self.settings.concurrency.saturating_sub(running.len());
            let claimed = if free == 0 {
                Vec::new()
            } else {
                self.claim(free).await
            };
            let found = claimed.len();
            for job in claimed {
                running.spawn(Arc::clone(&self).work(job));
            }
            if found == free && free > 0 {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.bell.notified() => {}
                Some(finished) = running.join_next() => done.extend(finished.ok().flatten()),
                () = tokio::time::sleep(POLL) => {}
            }
            tokio::time::sleep(GATHER).await;
        }
        while let Some(finished) = running.join_next().await {
            done.extend(finished.ok().flatten());
        }
        self.record_done(&mut done).await;
        while !done.is_empty() {
            tokio::time::sleep(POLL).await;
            self.record_done(&mut done).await;
        }
    }

    /// Records what was done in one statement; what the database does not take stays in `done`
    /// until its lease is over: then it is done again.
    async fn record_done(&self, done: &mut Vec<ClaimedJob>) {
        if done.is_empty() {
            return;
        }
        let now = self.clock.now();
        match self.queue.complete(done, now).await {
            Ok(_) => done.clear(),
            Err(StoreError::Unavailable(_) | StoreError::Collision) => {
                done.retain(|job| !job.is_overdue(now));
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    jobs = done.len(),
                    "jobs that are done cannot be recorded"
                );
                done.clear();
            }
        }
    }

    async fn claim(&self, free: usize) -> Vec<ClaimedJob> {
        let lease = TimeDelta::from_std(self.settings.lease()).unwrap_or(TimeDelta::seconds(60));
        let limit = u32::try_from(free).unwrap_or(u32::MAX);
        match self.queue.claim(self.clock.now(), lease, limit).await {
            Ok(jobs) => jobs,
            Err(StoreError::Unavailable(cause)) => {
                tracing::warn!(%cause, "jobs cannot be claimed at the moment");
                Vec::new()
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "jobs cannot be claimed"
                );
                Vec::new()
            }
        }
    }

    /// Does one job; answers it when it is done and only that has still to be recorded.
    async fn work(self: Arc<Self>, job: ClaimedJob) -> Option<ClaimedJob> {
        let outcome = match self.handlers.get(&job.kind).cloned() {
            // Each attempt ended without an outcome, so it may be this job that kills the process.
            _ if job.attempt > self.settings.max_attempts => JobOutcome::Hopeless {
                reason: "begun too often without an outcome".to_owned(),
            },
            // In a task of its own, so that a panic is a failed attempt and no more.
            Some(handler) => {
                let task = tokio::spawn({
                    let job = job.clone();
                    async move { handler.run(&job).await }
                });
                self.attended(task).await
            }
            None => JobOutcome::Hopeless {
                reason: "no handler for this kind of job".to_owned(),
            },
        };
        if outcome == JobOutcome::Done {
            count(job.kind.as_str(), "done");
            return Some(job);
        }
        self.record(&job, outcome).await;
        None
    }

    /// What a running job comes to, within its lease and before the server's end.
    async fn attended(&self, task: JoinHandle<JobOutcome>) -> JobOutcome {
        // It must not go on beside the next attempt.
        let task = AbortOnDropHandle::new(task);
        let in_time = tokio::time::timeout(self.settings.work_limit(), task);
        tokio::select! {
            biased;
            ended = in_time => match ended {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(panic)) => JobOutcome::Failed {
                    reason: format!("the worker failed: {panic}"),
                    wait: None,
                },
                Err(_) => JobOutcome::Failed {
                    reason: "took longer than the lease".to_owned(),
                    wait: None,
                },
            },
            // Given back, so that who comes next need not wait for the lease to end.
            () = self.cut.cancelled() => JobOutcome::Postponed {
                reason: "the server stopped meanwhile".to_owned(),
                wait: Duration::ZERO,
            },
        }
    }

    /// Retried until the database takes it or the lease is over: then the job is done again.
    async fn record(&self, job: &ClaimedJob, outcome: JobOutcome) {
        let deadline = tokio::time::Instant::now() + self.settings.lease();
        while tokio::time::Instant::now() < deadline {
            match self.record_once(job, &outcome).await {
                Ok(_) => return,
                Err(StoreError::Unavailable(_) | StoreError::Collision) => {
                    tokio::time::sleep(POLL).await;
                }
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        job = job.id,
                        "a job's outcome cannot be recorded"
                    );
                    return;
                }
            }
        }
    }

    async fn record_once(
        &self,
        job: &ClaimedJob,
        outcome: &JobOutcome,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let kind = job.kind.as_str();
        match outcome {
            JobOutcome::Done => Ok(self.queue.complete(slice::from_ref(job), now).await? == 1),
            JobOutcome::Postponed { reason, wait } => {
                tracing::debug!(job = job.id, kind, %reason, "job postponed");
                count(kind, "postponed");
                self.queue.release(job, later(now, *wait)).await
            }
            JobOutcome::Failed { reason, wait } if job.attempt < self.settings.max_attempts => {
                let entropy = u64::try_from(job.id).unwrap_or_default()
                    ^ u64::try_from(job.attempt).unwrap_or_default();
                let planned = wait_after(job.attempt, entropy);
                let asked = later(now, wait.unwrap_or_default());
                tracing::warn!(job = job.id, kind, attempt = job.attempt, %reason, "job failed, will be tried again");
                count(kind, "failed");
                let again = asked.max(now + planned);
                self.queue.fail(job, reason, Some(again), now).await
            }
            JobOutcome::Failed { reason, .. } | JobOutcome::Hopeless { reason } => {
                tracing::error!(job = job.id, kind, attempt = job.attempt, %reason, "job is a dead letter");
                count(kind, "dead");
                self.queue.fail(job, reason, None, now).await
            }
        }
    }
}

/// How long to wait may be the mail server's own word.
fn later(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    let wait = TimeDelta::from_std(wait.min(LONGEST_WAIT)).unwrap_or_default();
    now.checked_add_signed(wait).unwrap_or(now)
}

fn count(kind: &'static str, outcome: &'static str) {
    metrics::counter!("guichet_jobs_total", "kind" => kind, "outcome" => outcome).increment(1);
}
