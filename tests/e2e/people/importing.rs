//! People are read from a file of another system.

use testkit::TestDatabase;
use testkit::process::{SECRET, run};

/// A folder with a file of people, and a database to read it into.
struct Import {
    database: TestDatabase,
    folder: tempfile::TempDir,
}

impl Import {
    async fn prepared() -> Self {
        Self {
            database: TestDatabase::new().await,
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// What reading a file comes to: the code, what was told and what was wrong.
    fn of(&self, text: &[u8]) -> (Option<i32>, String, String) {
        let settings = [
            ("JWT_SECRET", SECRET.to_owned()),
            ("DATABASE_URL", self.database.url.clone()),
            ("GUICHET_DATA_DIR", self.folder.path().display().to_string()),
            ("GUICHET__STORAGE__ALLOW_VOLATILE", "true".to_owned()),
        ];
        let file = self.folder.path().join("people.csv");
        std::fs::write(&file, text).expect("written");
        let output = run(
            &["people", "import", &file.display().to_string()],
            &settings,
        );
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), told.trim().to_owned(), wrong)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_people_is_read_twice_to_the_same_end_with_a_mark_or_without() {
    let import = Import::prepared().await;
    let text = "\u{feff}kind;id;name;email;phone\r\nstaff;karim;Karim Haddad;karim@shop.example;\r\n\
        ;42;Paul Roux;paul@example.com;06 12 34 56 78\r\n";
    let (code, told, wrong) = import.of(text.as_bytes());
    assert_eq!(
        (code, &*told),
        (Some(0), "2 people entered, 0 changed, 0 were so already"),
        "{wrong}"
    );
    let (code, told, _) = import.of(text.as_bytes());
    assert_eq!(
        (code, &*told),
        (Some(0), "0 people entered, 0 changed, 2 were so already")
    );
    let client = import.database.client().await;
    let sql = "SELECT cst_name, cst_phone FROM ___xtr_customer WHERE cst_id = '42' AND cst_mail_key = 'paul@example.com'";
    let row = client.query_one(sql, &[]).await.expect("Paul");
    assert_eq!(row.get::<_, String>(0), "Roux");

    let (code, _, wrong) = import.of(b"id,name\n42,\n43,\n");
    assert_eq!(code, Some(1));
    assert_eq!(
        wrong,
        "guichet: line 2, name: there is none\nguichet: line 3, name: there is none\n"
    );

    // As a spreadsheet saves it that was not asked for UTF-8.
    let (code, _, wrong) = import.of(b"id,name\n42,Ren\xe9 Roux\n");
    assert_eq!(code, Some(1));
    assert!(wrong.contains("line 2 is not UTF-8"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_entered_when_a_line_is_wrong_and_each_is_told() {
    let import = Import::prepared().await;
    let (code, _, wrong) = import.of(b"kind,id,name\nstaff,karim,Karim Haddad\n,42,Paul Roux\n");
    assert_eq!(code, Some(0), "{wrong}");
    // More than are entered at a time stand before the first that is wrong.
    let mut text = "kind,id,name\n".to_owned();
    for n in 0..250 {
        text.push_str(&format!(",new-{n},Client {n}\n"));
    }
    text.push_str(",karim,Karim Haddad\nstaff,42,Paul Roux\n,43,Anne Petit\n");
    let (code, _, wrong) = import.of(text.as_bytes());
    assert_eq!(code, Some(1));
    let wrong: Vec<&str> = wrong
        .lines()
        .filter(|line| line.starts_with("guichet:"))
        .collect();
    assert_eq!(
        wrong,
        [
            "guichet: line 252, id: a staff member has it",
            "guichet: line 253, id: a customer has it"
        ]
    );
    let client = import.database.client().await;
    let sql = "SELECT count(*) FROM ___xtr_customer";
    let row = client.query_one(sql, &[]).await.expect("a number");
    assert_eq!(row.get::<_, i64>(0), 1, "Paul alone");

    let (code, _, wrong) = import.of(
        b"kind;id;name\r\n;44;Anne Petit;\r\nstaff;44;Anne Petit\r\n;45;Luc;x\r\n;44;Anne Roux\r\n",
    );
    assert_eq!(code, Some(1));
    assert_eq!(
        wrong,
        "guichet: line 3, kind: line 2 says otherwise of the same person\n\
         guichet: line 4, \"x\" stands in a column without a name\n\
         guichet: line 5, name: line 2 says otherwise of the same person\n"
    );
}
