//! Reaching the database: over TCP, or over a socket of this machine.

use std::future::poll_fn;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use shared_kernel::StoreError;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::config::Host;
use tokio_postgres::{Config, NoTls};
use tokio_util::task::AbortOnDropHandle;

use crate::link::quiet_socket::QuietSocket;

/// A connection whose bytes nobody acknowledges is given up after this.
pub(crate) const UNACKNOWLEDGED: Duration = Duration::from_secs(10);
/// PostgreSQL's, where a URL names none.
const PORT: u16 = 5432;

/// A connection, and the task that moves its bytes. With the task the connection ends, whatever the
/// database is doing for it.
pub(crate) type Driven = (AsyncPgConnection, AbortOnDropHandle<()>);

/// Opens a connection that is driven by the thread this runs on.
pub(crate) async fn open_here(url: &str) -> ConnectionResult<Driven> {
    let config = config(url)?;
    let (client, driver) = if let Some(path) = socket_path(&config) {
        let socket = QuietSocket::connect(&path)
            .await
            .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
        let (client, connection) = config.connect_raw(socket, NoTls).await.map_err(refused)?;
        (client, tokio::spawn(drive(connection)))
    } else {
        let (client, connection) = config.connect(NoTls).await.map_err(refused)?;
        (client, tokio::spawn(drive(connection)))
    };
    let driver = AbortOnDropHandle::new(driver);
    Ok((AsyncPgConnection::try_from(client).await?, driver))
}

/// Opens a connection outside any pool, for a few statements; the driver looks after it.
pub(crate) async fn establish(url: &str) -> Result<AsyncPgConnection, StoreError> {
    let opening = async {
        let (client, connection) = config(url)?.connect(NoTls).await.map_err(refused)?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await
    };
    opening
        .await
        .map_err(|error| StoreError::Unavailable(Box::new(error)))
}

/// Whether a text can be a connection URL at all.
pub fn is_connection_url(text: &str) -> bool {
    text.parse::<Config>().is_ok()
}

/// Whether the database at this URL shares this machine's processors, as far as the URL tells.
pub fn is_on_this_machine(url: &str) -> bool {
    let here = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            let address = name.parse::<IpAddr>();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
    };
    url.parse::<Config>()
        .is_ok_and(|config| config.get_hosts().iter().any(here))
}

fn config(url: &str) -> ConnectionResult<Config> {
    let mut config: Config = url.parse().map_err(refused)?;
    config.tcp_user_timeout(UNACKNOWLEDGED);
    if config.get_application_name().is_none() {
        config.application_name("guichet");
    }
    Ok(config)
}

/// Where the database's socket is, if it is the only way named.
fn socket_path(config: &Config) -> Option<PathBuf> {
    let [Host::Unix(folder)] = config.get_hosts() else {
        return None;
    };
    let port = config.get_ports().first().copied().unwrap_or(PORT);
    Some(folder.join(format!(".s.PGSQL.{port}")))
}

/// Moves bytes until either side ends the connection. Whoever waits for an answer is told of an end
/// by its lack, so there is nobody to tell here.
async fn drive<S>(mut connection: tokio_postgres::Connection<S, tokio_postgres::tls::NoTlsStream>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        if let Err(error) = message {
            tracing::debug!(%error, "a connection to the database ended");
            return;
        }
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "named where errors are mapped"
)]
fn refused(error: tokio_postgres::Error) -> ConnectionError {
    ConnectionError::BadConnection(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_socket_of_this_machine_is_found_and_nothing_else() {
        let path = |url: &str| socket_path(&config(url).unwrap());
        assert_eq!(
            path("postgres://guichet@%2Frun%2Fpg:5499/desk"),
            Some("/run/pg/.s.PGSQL.5499".into())
        );
        assert_eq!(
            path("postgres:///desk?host=/run/pg"),
            Some("/run/pg/.s.PGSQL.5432".into())
        );
        assert_eq!(path("postgres://guichet@localhost/desk"), None);
        assert_eq!(path("host=/run/pg,/run/other dbname=desk"), None);
    }

    #[test]
    fn a_database_is_on_this_machine_where_its_url_says_so() {
        for here in [
            "postgres://guichet@%2Frun%2Fpg:5499/desk",
            "postgres://guichet@localhost/desk",
            "postgres://guichet@127.0.0.1:5499/desk",
            "host=::1 dbname=desk",
        ] {
            assert!(is_on_this_machine(here), "{here}");
        }
        for elsewhere in [
            "postgres://guichet@db.example/desk",
            "postgres://10.0.0.7/desk",
            "no url",
        ] {
            assert!(!is_on_this_machine(elsewhere), "{elsewhere}");
        }
    }
}
