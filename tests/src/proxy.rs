//! A TCP way to a server that can be cut, mended and led to another server: what clients see of a
//! bad network, or of an address that moves.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// The way; it ends with the value.
pub struct Proxy {
    /// Where clients connect.
    pub address: SocketAddr,
    target: watch::Sender<Option<SocketAddr>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// A way to a server.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (target, way) = watch::channel(Some(target));
        Self {
            address,
            target,
            accepting: tokio::spawn(accept(listener, way)),
        }
    }

    /// Breaks every connection and lets none through.
    pub fn cut(&self) {
        self.target.send_replace(None);
    }

    /// From now on connections go there; those that went elsewhere break.
    pub fn lead_to(&self, target: SocketAddr) {
        self.target.send_replace(Some(target));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, way: watch::Receiver<Option<SocketAddr>>) {
    let mut passing = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let target = *way.borrow();
        if let Some(target) = target {
            passing.spawn(pass(client, target, way.clone()));
        }
        while passing.try_join_next().is_some() {}
    }
}

async fn pass(
    mut client: TcpStream,
    target: SocketAddr,
    mut way: watch::Receiver<Option<SocketAddr>>,
) {
    let Ok(mut server) = TcpStream::connect(target).await else {
        return;
    };
    // Otherwise every small frame waits for Nagle, twice.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = way.wait_for(|now| *now != Some(target)) => {}
    }
}
