//! A caller of the HTTP API. Every answer is held against the OpenAPI document.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::Value;

use crate::contract;

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The JSON body; null when it is none.
    pub body: Value,
    pub text: String,
}

impl Answer {
    /// A header's text; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// A text of the body, by JSON pointer; empty when it is absent.
    pub fn text_at(&self, pointer: &str) -> &str {
        self.body
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The answer itself, when its status is the expected one.
    ///
    /// # Panics
    /// Otherwise, with the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

/// Calls a server, as somebody or as nobody.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    base: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
    checked: bool,
}

impl Api {
    /// Nobody, at `http://host:port`.
    pub fn new(base: impl Into<String>) -> Self {
        Self {
            client: Client::new(),
            base: base.into(),
            token: None,
            headers: Vec::new(),
            checked: true,
        }
    }

    /// The same server, as whoever the token speaks of.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same caller, with a header on every request.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    /// The same caller, whose answers are not held against the document: the test does that itself.
    #[must_use]
    pub fn unchecked(&self) -> Self {
        Self {
            checked: false,
            ..self.clone()
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(body.to_string().into_bytes()))
            .await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PUT, path, Some(body.to_string().into_bytes()))
            .await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PATCH, path, Some(body.to_string().into_bytes()))
            .await
    }

    /// Any method, with any bytes as JSON.
    ///
    /// # Panics
    /// When nothing answers.
    pub async fn call(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Answer {
        self.try_call(method, path, body)
            .await
            .expect("the server answers")
    }

    /// The same, where the server may be away.
    ///
    /// # Errors
    /// The client's, when nothing answers.
    ///
    /// # Panics
    /// When the answer is not one the document knows.
    pub async fn try_call(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            let typed = |(name, _): &(String, String)| name == "content-type";
            if !self.headers.iter().any(typed) {
                request = request.header("content-type", "application/json");
            }
            request = request.body(body);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let answer = Answer {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        };
        if self.checked {
            contract::check(&method, path, &answer);
        }
        Ok(answer)
    }
}
