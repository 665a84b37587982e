//! Logs and metrics of the process.

use std::io::IsTerminal as _;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use settings::LogFormat;
use tracing_subscriber::EnvFilter;

use super::last_words::{self, Objects};

/// What strangers send that is no HTTP is not worth an error line of ours.
const DEFAULT_FILTER: &str = "info,actix_http=off";
/// Upper bounds of the buckets of request times, in seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];

/// Starts logging to standard error. What: `RUST_LOG`.
pub fn start_logging(format: LogFormat) {
    last_words::speak(format);
    let asked = std::env::var("RUST_LOG").unwrap_or_default();
    let asked = asked.trim();
    let filter = match asked {
        "" => Ok(EnvFilter::new(DEFAULT_FILTER)),
        asked => EnvFilter::try_new(asked),
    };
    let refused = filter.as_ref().err().map(ToString::to_string);
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours are for people; in a file or a journal they are noise.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second start (tests start several servers in one process) changes nothing.
    let _ = match format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_writer(|| Objects(std::io::stderr()))
            .try_init(),
    };
    if let Some(error) = refused {
        tracing::warn!(%error, "RUST_LOG cannot be read; what is usual is logged");
    }
}

/// The recorder of this process's metrics, installed once.
pub fn metrics() -> PrometheusHandle {
    static HANDLE: std::sync::OnceLock<PrometheusHandle> = std::sync::OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let builder = match builder
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            {
                Ok(builder) => builder,
                Err(_) => PrometheusBuilder::new(),
            };
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            let _ = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}
