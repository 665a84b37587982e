//! Where one connection stands in the streams it follows.
//!
//! Every logged frame passes here before it is sent: a number already sent is dropped, so what a
//! replay sent is not sent again by the queue, and an event that stands in two followed streams
//! is shown once.

use std::collections::VecDeque;

use bytestring::ByteString;
use shared_kernel::{StreamId, StreamPosition};
use uuid::Uuid;

use super::cursor::{Attendance, CursorError, CursorKey};
use super::hearing::Hearing;
use crate::dialect::{Dialect, LoggedFrame, Outgoing, Shown};

/// Events remembered to show each once. An event's places arrive close together.
const REMEMBERED: usize = 64;

/// A connection's place.
#[derive(Debug, Clone)]
pub struct Place {
    key: CursorKey,
    streams: Vec<(StreamId, u64)>,
    shown: VecDeque<Uuid>,
    /// What a socket hears beside; a reader without a socket has joined nothing.
    hearing: Option<Hearing>,
    /// What the cursor said of it that this place was made of.
    said: Attendance,
}

impl Place {
    /// At the end of these streams.
    pub(crate) fn at_end(positions: &[StreamPosition]) -> Self {
        let key = CursorKey::new(positions.iter().map(|at| (&at.stream, at.epoch)));
        let streams = positions
            .iter()
            .map(|at| (at.stream.clone(), at.last_seq))
            .collect();
        Self {
            key,
            streams,
            shown: VecDeque::new(),
            hearing: None,
            said: Attendance::default(),
        }
    }

    /// The same streams, at the place a cursor speaks of.
    ///
    /// # Errors
    /// [`CursorError`] when the cursor does not belong to these streams.
    pub(crate) fn at_cursor(&self, cursor: &str) -> Result<Self, CursorError> {
        let (numbers, said) = self.key.decode(cursor)?;
        let names = self.streams.iter().map(|(stream, _)| stream.clone());
        let streams = names.zip(numbers).collect();
        Ok(Self {
            key: self.key.clone(),
            streams,
            shown: VecDeque::new(),
            hearing: None,
            said,
        })
    }

    /// Before the oldest event still kept in these streams.
    pub fn at_start(positions: &[StreamPosition]) -> Self {
        let mut place = Self::at_end(positions);
        for ((_, number), position) in place.streams.iter_mut().zip(positions) {
            *number = position.first_kept.saturating_sub(1);
        }
        place
    }

    /// Goes past a number of one of its streams.
    pub(crate) fn pass(&mut self, stream: &StreamId, seq: u64) {
        for (followed, number) in &mut self.streams {
            if followed == stream {
                *number = seq.max(*number);
            }
        }
    }

    /// The streams and the number reached in each.
    pub(crate) fn numbers(&self) -> &[(StreamId, u64)] {
        &self.streams
    }

    /// What its cursors are written with.
    pub(crate) fn key(&self) -> &CursorKey {
        &self.key
    }

    /// What the cursor said that this place was made of: who a socket was, and what it heard.
    pub(crate) fn said(&self) -> &Attendance {
        &self.said
    }

    /// From now on it is a socket's, which hears this.
    pub(crate) fn attend(&mut self, hearing: Hearing) {
        self.hearing = Some(hearing);
    }

    /// What the socket hears beside.
    pub(crate) fn hearing(&self) -> Option<&Hearing> {
        self.hearing.as_ref()
    }

    /// The same, to change it.
    pub(crate) fn hearing_mut(&mut self) -> Option<&mut Hearing> {
        self.hearing.as_mut()
    }

    /// Whether this stream is one of its own.
    pub(crate) fn follows(&self, stream: &StreamId) -> bool {
        self.streams.iter().any(|(own, _)| own == stream)
    }

    /// The number reached in a stream, its own or one it hears.
    pub(crate) fn number_in(&mut self, stream: &StreamId) -> Option<u64> {
        self.reached(stream).copied()
    }

    fn reached(&mut self, stream: &StreamId) -> Option<&mut u64> {
        let mut own = self.streams.iter_mut();
        let own = own.find_map(|(one, number)| (one == stream).then_some(number));
        own.or_else(|| self.hearing.as_mut()?.number_in(stream))
    }

    /// The cursor of this place.
    pub(crate) fn cursor(&self) -> String {
        let numbers = self.streams.iter().map(|(_, number)| *number);
        match &self.hearing {
            Some(hearing) => self.key.encode(numbers, &hearing.attendance()),
            // A reader hands on what a socket's cursor said, for when the socket comes back.
            None => self.key.encode(numbers, &self.said),
        }
    }

    /// Turns a batch of the queue into the frames to send, in order.
    pub(crate) fn frames(&mut self, dialect: &dyn Dialect, batch: &[Outgoing]) -> Vec<ByteString> {
        let mut frames = Vec::with_capacity(batch.len());
        let mut rest = batch;
        while let Some((first, others)) = rest.split_first() {
            rest = others;
            match first {
                Outgoing::Ephemeral(frame) => frames.push(frame.clone()),
                Outgoing::Logged(frame) => {
                    let mut shown = self.advance(frame).then_some(frame);
                    // The event's other places first, so that its one cursor covers them all.
                    while let Some((Outgoing::Logged(same), others)) = rest.split_first()
                        && same.event_id == frame.event_id
                    {
                        if self.advance(same) {
                            shown.get_or_insert(same);
                        }
                        rest = others;
                    }
                    if let Some(frame) = shown {
                        frames.push(dialect.complete(&frame.head, &self.cursor()));
                    }
                }
            }
        }
        frames
    }

    /// Moves on; says whether the event is to be shown.
    fn advance(&mut self, frame: &LoggedFrame) -> bool {
        let Some(at) = self.reached(&frame.stream) else {
            return false;
        };
        if frame.seq <= *at {
            return false;
        }
        *at = frame.seq;
        let is_shown = match &self.hearing {
            Some(hearing) => hearing.is_shown(&frame.shown, frame.seq),
            None => frame.shown == Shown::ToAll,
        };
        if !is_shown || self.shown.contains(&frame.event_id) {
            return false;
        }
        if self.shown.len() == REMEMBERED {
            self.shown.pop_front();
        }
        self.shown.push_back(frame.event_id);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::NATIVE;
    use crate::tests::events::{logged_frame_of, position, user_stream};

    fn place() -> (Place, StreamId, StreamId) {
        let (mine, staff) = (user_stream("7"), StreamId::staff_for("T"));
        (
            Place::at_end(&[position(&mine, 3), position(&staff, 5)]),
            mine,
            staff,
        )
    }

    #[test]
    fn an_event_in_two_streams_is_shown_once_and_its_cursor_covers_both() {
        let (mut place, mine, staff) = place();
        let batch = [logged_frame_of(1, &mine, 4), logged_frame_of(1, &staff, 6)];
        let frames = place.frames(&NATIVE, &batch);
        assert_eq!(frames.len(), 1);
        assert!(frames[0].contains(&place.cursor()));
        assert_eq!(place.numbers(), [(mine, 4), (staff, 6)]);
    }

    #[test]
    fn an_event_whose_second_place_comes_later_is_still_shown_once() {
        let (mut place, mine, staff) = place();
        assert_eq!(
            place.frames(&NATIVE, &[logged_frame_of(1, &mine, 4)]).len(),
            1
        );
        assert_eq!(
            place
                .frames(&NATIVE, &[logged_frame_of(1, &staff, 6)])
                .len(),
            0
        );
        assert_eq!(place.numbers(), [(mine, 4), (staff, 6)]);
    }

    #[test]
    fn what_was_sent_before_is_not_sent_again() {
        let (mut place, mine, _) = place();
        assert_eq!(
            place.frames(&NATIVE, &[logged_frame_of(1, &mine, 3)]).len(),
            0
        );
        assert_eq!(
            place.frames(&NATIVE, &[logged_frame_of(2, &mine, 4)]).len(),
            1
        );
    }

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let (mut place, mine, _) = place();
        let before = place.cursor();
        place.frames(&NATIVE, &[logged_frame_of(1, &mine, 4)]);
        assert_eq!(place.at_cursor(&before).unwrap().cursor(), before);
    }
}
