//! The secret that signs tokens and links.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use settings::Config;

/// The shortest secret taken, in bytes.
const MIN_BYTES: usize = 32;
const FILE: &str = "jwt.secret";

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It could be guessed.
    #[error("JWT_SECRET must have at least {MIN_BYTES} bytes")]
    TooShort,
    /// It could be guessed although it is long.
    #[error("JWT_SECRET is one character repeated; choose a random one")]
    TooSimple,
    /// Others can reach the server, and none was configured.
    #[error(
        "listening on {0} needs JWT_SECRET (others can reach it); only a loopback bind may do without"
    )]
    PublicBind(std::net::SocketAddr),
    /// One was made up, and cannot be kept.
    #[error("cannot keep a secret in {path}")]
    File {
        /// Where.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The configured secret; else, on a loopback bind or where tokens are checked with public keys,
/// one made up and kept in the data folder, readable by its owner only.
///
/// # Errors
/// [`SecretError`].
pub fn signing_secret(config: &Config) -> Result<Vec<u8>, SecretError> {
    if let Some(secret) = config.auth.secret.given() {
        return check(secret.as_bytes());
    }
    if config.auth.algorithm == Algorithm::HS256 && !config.http.is_loopback() {
        return Err(SecretError::PublicBind(config.http.bind));
    }
    let path = config.storage.data_dir.join(FILE);
    kept_secret(&path).map_err(|source| SecretError::File {
        path: path.display().to_string(),
        source,
    })
}

fn check(secret: &[u8]) -> Result<Vec<u8>, SecretError> {
    match secret {
        _ if secret.len() < MIN_BYTES => Err(SecretError::TooShort),
        [first, rest @ ..] if rest.iter().all(|byte| byte == first) => Err(SecretError::TooSimple),
        _ => Ok(secret.to_vec()),
    }
}

fn kept_secret(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Ok(secret) if secret.len() >= MIN_BYTES => return Ok(secret),
        // With an emptied one anybody could sign; a new one would void what the old one signed.
        Ok(_) => return Err(io::Error::other("it was cut: restore it, or remove it")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut bytes = [0_u8; MIN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    let secret = URL_SAFE_NO_PAD.encode(bytes).into_bytes();
    // Written aside and linked into place: of two servers starting together both take the first's.
    let aside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)?;
    file.write_all(&secret)?;
    file.sync_all()?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside)?;
    match linked {
        Ok(()) => Ok(secret),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(path),
        Err(error) => Err(error),
    }
}
