//! People are read from a file of another system.

use std::io::Write as _;

use testkit::TestDatabase;
use testkit::process::{SECRET, run};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_people_is_read_twice_to_the_same_end_with_a_mark_or_without() {
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [
        ("JWT_SECRET", SECRET.to_owned()),
        ("DATABASE_URL", database.url.clone()),
        ("GUICHET_DATA_DIR", folder.path().display().to_string()),
        ("GUICHET__STORAGE__ALLOW_VOLATILE", "true".to_owned()),
    ];
    let file = folder.path().join("people.csv");
    let path = file.display().to_string();
    let mut written = std::fs::File::create(&file).expect("a file");
    let text = "\u{feff}kind;id;name;email;phone\r\nstaff;karim;Karim Haddad;karim@shop.example;\r\n\
        ;42;Paul Roux;paul@example.com;06 12 34 56 78\r\n";
    written.write_all(text.as_bytes()).expect("written");
    let import = || {
        let output = run(&["people", "import", &path], &settings);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), told.trim().to_owned(), wrong)
    };
    let (code, told, wrong) = import();
    assert_eq!(
        (code, &*told),
        (Some(0), "2 people entered, 0 changed, 0 were so already"),
        "{wrong}"
    );
    let (code, told, _) = import();
    assert_eq!(
        (code, &*told),
        (Some(0), "0 people entered, 0 changed, 2 were so already")
    );
    let client = database.client().await;
    let sql = "SELECT cst_name, cst_phone FROM ___xtr_customer WHERE cst_id = '42' AND cst_mail_key = 'paul@example.com'";
    let row = client.query_one(sql, &[]).await.expect("Paul");
    assert_eq!(row.get::<_, String>(0), "Roux");

    std::fs::write(&file, "id,name\n42,\n43,\n").expect("written");
    let (code, _, wrong) = import();
    assert_eq!(code, Some(1));
    assert_eq!(
        wrong,
        "guichet: line 2, name: there is none\nguichet: line 3, name: there is none\n"
    );

    // As a spreadsheet saves it that was not asked for UTF-8.
    std::fs::write(&file, b"id,name\n42,Ren\xe9 Roux\n").expect("written");
    let (code, _, wrong) = import();
    assert_eq!(code, Some(1));
    assert!(wrong.contains("line 2 is not UTF-8"), "{wrong}");
}
