//! What one durable row costs here, with nothing around it: the least that storing anything can cost.

use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

use crate::Outcome;
use crate::desk::Desk;
use crate::load::Times;

/// Inserts rows of two columns, each committed by itself, at a steady rate.
pub(crate) async fn times(
    desk: &Desk,
    database: &str,
    per_second: u32,
    lasting: Duration,
) -> Outcome<Times> {
    let client = desk.client(database).await?;
    client
        .batch_execute("CREATE TABLE durable_row (number bigint, content text)")
        .await?;
    let insert = client
        .prepare("INSERT INTO durable_row VALUES ($1, 'Bonjour')")
        .await?;
    let mut tick = interval(Duration::from_secs(1) / per_second);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let count = i64::from(per_second) * i64::try_from(lasting.as_secs().max(1))?;
    let mut times = Vec::new();
    for number in 0..count {
        tick.tick().await;
        let begin = Instant::now();
        client.execute(&insert, &[&number]).await?;
        times.push(begin.elapsed());
    }
    Ok(Times::new(times))
}
