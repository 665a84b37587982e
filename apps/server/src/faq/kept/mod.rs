//! An article that is kept, and the bytes it is served as.
//!
//! The view of an article is made once for each language it was asked for, with its HTML. Its
//! counters change without the article changing: then the view is written as JSON again, and only
//! when somebody asks.

use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use faq_domain::{ArticleFile, Counters, Languages, Locale};
use shared_kernel::StoreError;
use views::faq::{FaqView, entity_tag};

use super::cache::Weigh;

/// What an article takes besides its texts.
const OVERHEAD: usize = 2 * 1024;
/// A text stands in the article, in its view and in the bytes of the answer, in the latter two also as
/// HTML.
const COPIES: usize = 6;

/// The answer to a reader, ready.
#[derive(Debug)]
pub struct Served {
    pub body: Bytes,
    pub tag: HeaderValue,
    pub language: HeaderValue,
}

impl Served {
    /// The entity tag.
    pub fn tag_text(&self) -> String {
        self.tag.to_str().unwrap_or_default().to_owned()
    }
}

/// An article that is kept.
pub struct Kept {
    file: ArticleFile,
    weight: usize,
    live: RwLock<Live>,
}

/// What changes without the article changing.
struct Live {
    counters: Counters,
    /// Views on top, see `PageViews::ahead`.
    ahead: i64,
    shown: Vec<Shown>,
}

/// The article in one of its languages. The view is made once, with its HTML; of it only the
/// counters change.
struct Shown {
    locale: Locale,
    view: FaqView,
    /// The view as it was sent last; nothing once the counters have changed.
    served: Option<Arc<Served>>,
}

impl Shown {
    fn render(&mut self, counters: Counters, ahead: i64) -> Result<Served, StoreError> {
        let counters = Counters {
            views: counters.views + ahead,
            ..counters
        };
        self.view.views = counters.views;
        self.view.helpful = counters.helpful;
        self.view.not_helpful = counters.not_helpful;
        let body = serde_json::to_vec(&self.view).map_err(defect)?;
        let tag = entity_tag(self.view.version, counters, &self.locale);
        let header = |text: &str| HeaderValue::from_str(text).map_err(defect);
        Ok(Served {
            body: body.into(),
            tag: header(&tag)?,
            language: header(self.locale.as_str())?,
        })
    }
}

fn defect(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Defect(Box::new(error))
}

impl Kept {
    /// An article as it was loaded, with views that are not written down yet on top.
    pub(super) fn new(file: ArticleFile, ahead: i64) -> Self {
        let texts = file.article.content.texts.all().values();
        let text: usize = texts
            .map(|text| text.question.as_str().len() + text.answer.as_str().len())
            .sum();
        let live = Live {
            counters: file.counters,
            ahead,
            shown: Vec::new(),
        };
        Self {
            weight: OVERHEAD + COPIES * text,
            file,
            live: RwLock::new(live),
        }
    }

    /// The article as it was when it was loaded.
    pub fn file(&self) -> &ArticleFile {
        &self.file
    }

    /// The answer in the language its reader understands best.
    ///
    /// # Errors
    /// [`StoreError::Defect`] for an article that says nothing in any language.
    pub fn served(&self, languages: &Languages) -> Result<Arc<Served>, StoreError> {
        if let Some(served) = self.ready(languages) {
            return Ok(served);
        }
        let mut live = self.write();
        let (counters, ahead) = (live.counters, live.ahead);
        let shown = self.shown(&mut live, languages)?;
        if let Some(served) = &shown.served {
            return Ok(Arc::clone(served));
        }
        let served = Arc::new(shown.render(counters, ahead)?);
        shown.served = Some(Arc::clone(&served));
        Ok(served)
    }

    /// The same with these counters and so many views on top; what is kept stays as it is.
    pub(super) fn served_with(
        &self,
        counters: Counters,
        ahead: i64,
        languages: &Languages,
    ) -> Result<Served, StoreError> {
        let mut live = self.write();
        self.shown(&mut live, languages)?.render(counters, ahead)
    }

    fn ready(&self, languages: &Languages) -> Option<Arc<Served>> {
        let (locale, _) = self.file.article.content.texts.choose(languages)?;
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        let shown = live.shown.iter().find(|shown| shown.locale == *locale)?;
        shown.served.clone()
    }

    fn shown<'a>(
        &self,
        live: &'a mut Live,
        languages: &Languages,
    ) -> Result<&'a mut Shown, StoreError> {
        let chosen = self.file.article.content.texts.choose(languages);
        let is_chosen = |shown: &Shown| chosen.is_some_and(|(locale, _)| shown.locale == *locale);
        if !live.shown.iter().any(is_chosen) {
            let (view, locale) = FaqView::new(&self.file, languages)?;
            live.shown.push(Shown {
                locale,
                view,
                served: None,
            });
        }
        let shown = live.shown.iter_mut().find(|shown| is_chosen(shown));
        shown.ok_or_else(|| StoreError::defect("a view that was just made is gone"))
    }

    fn write(&self) -> RwLockWriteGuard<'_, Live> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes newer counters, and how many views stand on top.
    pub(super) fn update(&self, counters: Option<Counters>, ahead: Option<i64>) {
        let mut live = self.write();
        let before = (live.counters, live.ahead);
        if let Some(counters) = counters.filter(|new| new.changes > live.counters.changes) {
            live.counters = counters;
        }
        live.ahead = ahead.unwrap_or(live.ahead);
        if before != (live.counters, live.ahead) {
            for shown in &mut live.shown {
                shown.served = None;
            }
        }
    }
}

impl Weigh for Kept {
    fn weight(&self) -> usize {
        self.weight
    }
}

#[cfg(test)]
mod tests;
