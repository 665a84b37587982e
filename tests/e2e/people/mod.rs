//! What is known of people, who is told it, and how they are entered.

mod entering;
mod importing;
mod names;
mod strangers;
mod together;
