//! Filters and orders combine to hundreds of lists. Whoever asks for all of them must not make a
//! connection keep them all prepared: each costs the database some 70 kB.
//!
//! A session alone sees what it has prepared, so the session itself is made to write it down: by a
//! trigger, when the store enters a stream.

use faq_domain::FaqQueries as _;
use faq_domain::ports::{ArticleFilter, Window};
use messages_domain::ports::{MessageFilter, MessagePosition, Start as MessageStart};
use messages_domain::{MessageQueries as _, State};
use shared_kernel::{CustomerId, EntryId, EventLog as _, Limit, PageNumber, StreamId, TicketId};
use support_domain::ports::{
    Assignee, ListPosition, SortBy, SortOrder, Start, TicketFilter, TicketPage, TicketWindow,
};
use support_domain::{Category, Priority, Status, StatusGroup, TicketQueries as _};

use crate::desk::{Desk, email, now, staff_id};

/// What everybody may make a connection keep of one kind of list, all filters and orders together.
const MOST_KEPT: usize = 128;

/// A store with a single connection for its lists, that can be asked what it keeps prepared.
struct Probed {
    desk: Desk,
}

impl Probed {
    async fn new() -> Self {
        let desk = Desk::with_pool(1).await;
        let client = desk.database.client().await;
        client
            .batch_execute(
                "CREATE TABLE kept (session integer, statement text);
                 CREATE FUNCTION write_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                     INSERT INTO kept SELECT pg_backend_pid(), statement FROM pg_prepared_statements;
                     RETURN NULL;
                 END $$;
                 CREATE TRIGGER write_down AFTER INSERT ON event_stream EXECUTE FUNCTION write_down()",
            )
            .await
            .unwrap();
        Self { desk }
    }

    /// How many statements that contain this text the connection keeps.
    async fn kept(&self, text: &str) -> usize {
        let stream = StreamId::from_stored("user-probe".to_owned());
        self.desk.store.positions(&[stream]).await.unwrap();
        let client = self.desk.database.client().await;
        let rows = client
            .query("SELECT session, statement FROM kept", &[])
            .await
            .unwrap();
        let session: i32 = rows.first().unwrap().get(0);
        assert!(rows.iter().all(|row| row.get::<_, i32>(0) == session));
        let statements = rows.iter().map(|row| row.get::<_, String>(1));
        statements.filter(|sql| sql.contains(text)).count()
    }

    async fn tickets(&self, filter: &TicketFilter, window: &TicketWindow) -> TicketPage {
        self.desk.store.list(filter, window).await.unwrap()
    }
}

fn customer_id() -> CustomerId {
    CustomerId::parse("cst-1").unwrap()
}

fn limit() -> Limit {
    Limit::new(10).unwrap()
}

/// Every combination of so many things that are there or not.
fn combinations(of: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..1_usize << of).map(move |bits| (0..of).filter(|n| bits & (1 << n) != 0).collect())
}

type Filtering<F> = fn(&mut F);

fn filtered<F>(mut filter: F, chosen: &[usize], filterings: &[Filtering<F>]) -> F {
    for n in chosen {
        filterings[*n](&mut filter);
    }
    filter
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_keeps_few_lists_of_messages_whatever_is_asked() {
    const FILTERINGS: [Filtering<MessageFilter>; 6] = [
        |filter| filter.customer = Some(customer_id()),
        |filter| filter.staff = Some(staff_id("admin-1")),
        |filter| filter.conversation = Some(EntryId::parse("MSG-00000001").unwrap()),
        |filter| filter.search = Some("frein".to_owned()),
        |filter| filter.state = Some(State::Open),
        |filter| filter.state = Some(State::Closed),
    ];
    let probed = Probed::new().await;
    let after = MessageStart::After(MessagePosition {
        micros: 0,
        id: EntryId::parse("MSG-00000001").unwrap(),
    });
    let mut asked = 0;
    for chosen in combinations(FILTERINGS.len()) {
        for scope in [
            messages_domain::rights::Scope::All,
            messages_domain::rights::Scope::Own(customer_id()),
        ] {
            let all = MessageFilter {
                scope,
                staff: None,
                customer: None,
                conversation: None,
                search: None,
                state: None,
            };
            let filter = filtered(all, &chosen, &FILTERINGS);
            for start in [&MessageStart::Page(PageNumber::FIRST), &after] {
                let store = &probed.desk.store;
                store.messages(&filter, start, limit()).await.unwrap();
                asked += 1;
            }
        }
    }
    let kept = probed.kept("m.msg_kind = 'message'").await;
    assert!(
        (1..=MOST_KEPT / 2).contains(&kept),
        "{kept} of {asked} lists and their totals are kept"
    );
}

const TICKET_FILTERINGS: [Filtering<TicketFilter>; 12] = [
    |filter| filter.group = Some(StatusGroup::Open),
    |filter| filter.group = Some(StatusGroup::Closed),
    |filter| filter.status = Some(Status::Open),
    |filter| filter.priority = Some(Priority::High),
    |filter| filter.category = Some(Category::General),
    |filter| filter.assignee = Some(Assignee::Is(staff_id("admin-1"))),
    |filter| filter.assignee = Some(Assignee::Nobody),
    |filter| filter.customer = Some(customer_id()),
    |filter| filter.email = Some(email("a@example.com").key()),
    |filter| filter.keyword = Some("frein".to_owned()),
    |filter| filter.from = Some(now()),
    |filter| filter.until = Some(now()),
];

/// Every order a list can be in, from its beginning and from a place in it.
fn windows() -> Vec<TicketWindow> {
    let mut all = Vec::new();
    for (sort_by, value) in [
        (SortBy::CreatedAt, "0"),
        (SortBy::UpdatedAt, "0"),
        (SortBy::Priority, "1"),
        (SortBy::Subject, "Frein"),
    ] {
        let position = ListPosition {
            value: value.to_owned(),
            id: TicketId::parse("TICKET-00000001").unwrap(),
        };
        for order in [SortOrder::Ascending, SortOrder::Descending] {
            for start in [
                Start::Page(PageNumber::FIRST),
                Start::After(position.clone()),
            ] {
                all.push(TicketWindow {
                    sort_by,
                    order,
                    start,
                    limit: limit(),
                });
            }
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_makes_a_connection_keep_few_lists_of_tickets_whatever_they_ask() {
    let probed = Probed::new().await;
    let own = TicketFilter::all(support_domain::rights::Scope::Own {
        customer: customer_id(),
        email: None,
    });
    for chosen in combinations(TICKET_FILTERINGS.len()).filter(|chosen| chosen.len() <= 2) {
        let filter = filtered(own.clone(), &chosen, &TICKET_FILTERINGS);
        for window in windows() {
            probed.tickets(&filter, &window).await;
        }
    }
    let kept = probed.kept("m.msg_kind = 'ticket'").await;
    assert!((1..=MOST_KEPT).contains(&kept), "{kept} are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_tickets_with_many_filters_leave_nothing_behind() {
    let probed = Probed::new().await;
    let all = TicketFilter::all(support_domain::rights::Scope::All);
    // The first is one of two that exclude each other, so are the two about who has it.
    for chosen in combinations(TICKET_FILTERINGS.len())
        .filter(|chosen| chosen.len() == 4 && !chosen.contains(&0) && !chosen.contains(&6))
    {
        let filter = filtered(all.clone(), &chosen, &TICKET_FILTERINGS);
        probed.tickets(&filter, &windows()[0]).await;
    }
    assert_eq!(probed.kept("m.msg_kind = 'ticket'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_keeps_few_lists_of_articles_whatever_is_asked() {
    const FILTERINGS: [Filtering<ArticleFilter>; 3] = [
        |filter| filter.category = faq_domain::CategoryId::parse("technique"),
        |filter| filter.published = Some(true),
        |filter| filter.tags = vec!["frein".to_owned()],
    ];
    let probed = Probed::new().await;
    for chosen in combinations(FILTERINGS.len()) {
        for scope in [faq_domain::Scope::All, faq_domain::Scope::Published] {
            let filter = filtered(ArticleFilter::all(scope), &chosen, &FILTERINGS);
            let window = Window {
                offset: 0,
                limit: 10,
            };
            probed.desk.store.articles(&filter, window).await.unwrap();
        }
    }
    let kept = probed.kept("___xtr_faq f").await;
    assert!((1..=MOST_KEPT / 4).contains(&kept), "{kept} are kept");
}
