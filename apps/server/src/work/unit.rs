//! One unit of work over every domain.

use async_trait::async_trait;
use faq_domain::FaqTx;
use faq_domain::readers::ReaderTx;
use messages_domain::MessagesTx;
use shared_kernel::{StoreError, UnitOfWork};
use store_pg::{PgStore, PgTx};
use support_domain::SupportTx;

/// An open transaction over tickets, conversations and the knowledge base.
pub trait DeskTx: UnitOfWork + SupportTx + MessagesTx + FaqTx + ReaderTx {}

impl DeskTx for PgTx {}

/// Opens units of work.
#[async_trait]
pub trait DeskStore: Send + Sync {
    /// Opens a transaction.
    async fn begin(&self) -> Result<Box<dyn DeskTx>, StoreError>;

    /// Opens one that takes on trust what the commit can find out: deceived, it is refused as a
    /// [`StoreError::Collision`].
    async fn begin_trusting(&self) -> Result<Box<dyn DeskTx>, StoreError>;
}

#[async_trait]
impl DeskStore for PgStore {
    async fn begin(&self) -> Result<Box<dyn DeskTx>, StoreError> {
        Ok(Box::new(self.open().await?))
    }

    async fn begin_trusting(&self) -> Result<Box<dyn DeskTx>, StoreError> {
        Ok(Box::new(self.open_trusting().await?))
    }
}
