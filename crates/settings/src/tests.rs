use super::*;

fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    )
}

#[test]
fn the_default_file_is_a_whole_configuration() {
    let config = load(&[]).unwrap();
    assert_eq!(config.http.bind.to_string(), "127.0.0.1:4000");
    assert!(config.limits.enabled);
}

#[test]
fn short_variables_and_long_ones_reach_their_keys_and_the_long_one_wins() {
    let config = load(&[
        ("GUICHET_BIND", "127.0.0.1:1"),
        ("GUICHET__HTTP__BIND", "127.0.0.1:2"),
        ("SMTP_URL", "smtp://localhost:25"),
        ("GUICHET__LIMITS__ENABLED", "false"),
        (
            "GUICHET__HTTP__TRUSTED_PROXIES",
            "10.0.0.0/8, 192.168.0.1/32",
        ),
    ])
    .unwrap();
    assert_eq!(config.http.bind.port(), 2);
    assert_eq!(config.mail.smtp_url.expose(), "smtp://localhost:25");
    assert!(!config.limits.enabled);
    assert_eq!(config.http.trusted_proxies.len(), 2);
}

#[test]
fn a_core_is_left_to_a_database_beside_unless_a_number_is_named() {
    let told = load(&[("GUICHET__HTTP__WORKERS", "3")]).unwrap().http;
    assert_eq!(
        (told.serving_threads(true), told.serving_threads(false)),
        (3, 3)
    );
    let untold = load(&[]).unwrap().http;
    let cores = untold.serving_threads(false);
    assert_eq!(untold.serving_threads(true), (cores - 1).max(1));
}

#[test]
fn unknown_keys_and_bad_values_are_named() {
    for (name, value, named) in [
        ("GUICHET__HTTP__BINDD", "x", "http.bindd"),
        ("GUICHET__NOPE__KEY", "x", "nope.key"),
        ("GUICHET__HTTP__BIND", "nowhere", "bind"),
        ("GUICHET__STORAGE__POOL_SIZE", "many", "storage.pool_size"),
        ("GUICHET__STORAGE__POOL_SIZE", "0", "storage.pool_size"),
        ("GUICHET__SHOP__TIME_ZONE", "Mars/Olympus", "time_zone"),
        (
            "GUICHET__HTTP__TRUSTED_PROXIES",
            "10.0.0.0/99",
            "trusted_proxies",
        ),
        ("SUPPORT_EMAIL", "nobody", "support"),
        ("GUICHET__HTTP__ALLOWED_ORIGINS", "*", "allowed_origins"),
        ("GUICHET__HTTP__ADDRESS_HEADER", "X: y", "address_header"),
        ("GUICHET__HTTP__TRUSTED_KEYS", "short", "trusted_keys"),
    ] {
        let error = load(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(named), "{name}={value}: {error}");
        assert!(!error.contains('\n'), "one line: {error}");
    }
}

#[test]
fn what_stands_around_a_value_is_no_part_of_it() {
    for around in [
        "{}\n",
        "{}\r\n",
        " {} ",
        "\u{feff}{}",
        "\"{}\"",
        "'{}'\n",
        "{}\0",
    ] {
        let written = |value: &str| around.replace("{}", value);
        let config = load(&[
            (
                "JWT_SECRET",
                &written("hunter2hunter2hunter2hunter2hunter2"),
            ),
            ("DATABASE_URL", &written("postgres://h/d")),
            ("SMTP_URL", &written("smtp://localhost")),
            ("GUICHET_BIND", &written("127.0.0.1:1")),
            ("PUBLIC_URL", &written("https://aide.shop.example")),
            ("GUICHET_DATA_DIR", &written("/var/lib/guichet")),
            ("SUPPORT_EMAIL", &written("support@shop.example")),
            ("GUICHET__AUTH__ISSUER", &written("https://id.shop.example")),
            ("GUICHET__AUTH__AUDIENCE", &written("guichet")),
            ("GUICHET__AUTH__JWKS_FILE", &written("/etc/keys.json")),
            ("GUICHET__SHOP__NAME", &written("Pièces & Cie")),
            ("GUICHET__SHOP__TIME_ZONE", &written("Europe/Paris")),
            ("GUICHET__HTTP__WORKERS", &written("3")),
            ("GUICHET__LIMITS__ENABLED", &written("false")),
            ("GUICHET__LOG__FORMAT", &written("json")),
            (
                "GUICHET__MAIL__ESCALATION",
                &written("a@shop.example, b@shop.example"),
            ),
        ]);
        let config = config.unwrap_or_else(|error| panic!("{around:?}: {error}"));
        assert_eq!(
            config.auth.secret.expose(),
            "hunter2hunter2hunter2hunter2hunter2"
        );
        assert_eq!(config.storage.database_url.given(), Some("postgres://h/d"));
        assert_eq!(config.mail.smtp_url.given(), Some("smtp://localhost"));
        assert_eq!(config.storage.data_dir.to_str(), Some("/var/lib/guichet"));
        assert_eq!(config.auth.issuer, "https://id.shop.example");
        assert_eq!(config.auth.jwks_file, "/etc/keys.json");
        assert_eq!(config.shop.name, "Pièces & Cie");
        assert_eq!(
            (config.http.workers, config.log.format),
            (3, LogFormat::Json)
        );
        assert_eq!(config.mail.escalation.len(), 2);
    }
    let blank = load(&[("JWT_SECRET", " \n"), ("SMTP_URL", "\"\"")]).unwrap();
    assert_eq!(
        (blank.auth.secret.given(), blank.mail.smtp_url.given()),
        (None, None)
    );
}

#[test]
fn values_are_taken_as_people_write_them() {
    for (word, enabled) in [
        ("1", true),
        ("yes", true),
        ("ON", true),
        ("True", true),
        ("", true),
        ("0", false),
        ("no", false),
        ("off", false),
        ("FALSE", false),
    ] {
        let config = load(&[("GUICHET__LIMITS__ENABLED", word)]).unwrap();
        assert_eq!(config.limits.enabled, enabled, "{word:?}");
    }
    for (word, seconds) in [("45", 45), ("45s", 45), ("2m", 120), ("0_45", 45), ("", 30)] {
        let config = load(&[("GUICHET__HTTP__BODY_TIMEOUT_SECONDS", word)]).unwrap();
        assert_eq!(config.http.body_timeout_seconds, seconds, "{word:?}");
    }
    let units = load(&[
        ("GUICHET__STORAGE__ACQUIRE_TIMEOUT_MS", "3s"),
        ("GUICHET__HTTP__MAX_BODY_BYTES", "256 KiB"),
        ("GUICHET__REALTIME__QUEUE_BYTES", "300k"),
    ]);
    let units = units.unwrap();
    assert_eq!(units.realtime.queue_bytes, 307_200);
    assert_eq!(units.storage.acquire_timeout_ms, 3_000);
    assert_eq!(units.http.max_body_bytes, 262_144);
    for (list, first) in [
        ("[::1]", "::1/128"),
        ("[::1], [fd00::]/8", "::1/128"),
        ("[fd00::]/8, [::1]", "fd00::/8"),
        ("[[::1], 10.0.0.1]", "::1/128"),
    ] {
        let config = load(&[("GUICHET__HTTP__TRUSTED_PROXIES", list)]);
        let config = config.unwrap_or_else(|error| panic!("{list}: {error}"));
        let first = first.parse().unwrap();
        assert_eq!(config.http.trusted_proxies.first(), Some(&first), "{list}");
    }
    for list in ["10.0.0.1,", "[\"10.0.0.1\"]", "10.0.0.1/32;", "10.0.0.1\n"] {
        let config = load(&[("GUICHET__HTTP__TRUSTED_PROXIES", list)]).unwrap();
        assert_eq!(
            config.http.trusted_proxies,
            ["10.0.0.1/32".parse().unwrap()],
            "{list}"
        );
    }
    for (bind, address) in [
        ("localhost:4001", "127.0.0.1:4001"),
        ("4001", "127.0.0.1:4001"),
        (":4001", "0.0.0.0:4001"),
        ("*:4001", "0.0.0.0:4001"),
        ("[::1]:4001", "[::1]:4001"),
    ] {
        let config = load(&[("GUICHET_BIND", bind)]).unwrap();
        assert_eq!(config.http.bind.to_string(), address, "{bind}");
    }
}

#[test]
fn a_unit_that_is_none_is_refused_with_those_there_are() {
    for (name, value, words) in [
        ("GUICHET__HTTP__MAX_BODY_BYTES", "1 pound", "kib"),
        ("GUICHET__HTTP__BODY_TIMEOUT_SECONDS", "1k", "s, m, h"),
        ("GUICHET__LIMITS__CONTACT_BURST", "1k", "a whole number"),
    ] {
        let error = load(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_value_with_nothing_in_it_is_as_good_as_none() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        "[shop]\nname = \"Garage\"\n[jobs]\nconcurrency = \"\"\n",
    )
    .unwrap();
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "hunter2hunter2hunter2hunter2hunter2\n").unwrap();
    for nothing in ["", " ", "\"\"", "\n"] {
        let config = load(&[
            ("GUICHET_CONFIG", file.path().to_str().unwrap()),
            ("GUICHET__SHOP__NAME", nothing),
            ("GUICHET__SHOP__TIME_ZONE", nothing),
            ("GUICHET__DESK__STAFF_NAME", nothing),
            ("GUICHET__AUTH__ALGORITHM", nothing),
            ("GUICHET__HTTP__ADDRESS_HEADER", nothing),
            ("GUICHET__HTTP__TRUSTED_PROXIES", nothing),
            ("GUICHET__LOG__FORMAT", nothing),
            ("GUICHET_BIND", nothing),
            ("GUICHET_DATA_DIR", nothing),
            ("SUPPORT_EMAIL", nothing),
            ("JWT_SECRET", nothing),
            ("JWT_SECRET_FILE", secret.path().to_str().unwrap()),
            ("SMTP_URL_FILE", nothing),
            ("DATABASE_URL", "postgres://h/d"),
            ("GUICHET__STORAGE__DATABASE_URL", nothing),
        ]);
        let config = config.unwrap_or_else(|error| panic!("{nothing:?}: {error}"));
        assert_eq!(config.shop.name, "Garage", "the file's stays");
        assert_eq!(config.shop.time_zone, chrono_tz::Europe::Paris);
        assert_eq!(config.desk.staff_name, "Support");
        assert_eq!(config.http.bind.port(), 4000);
        assert_eq!(config.storage.database_url.given(), Some("postgres://h/d"));
        assert!(config.auth.secret.given().is_some());
    }
    assert!(load(&[("GUICHET_CONFIG", "")]).is_ok());
}

#[test]
fn a_variable_that_nothing_reads_is_told_with_the_name_that_is_meant() {
    for (written, meant) in [
        ("GUICHET_SHOP_NAME", Some("GUICHET__SHOP__NAME")),
        ("GUICHET_SHOP__NAME", Some("GUICHET__SHOP__NAME")),
        ("GUICHET_LIMITS__ENABLED", Some("GUICHET__LIMITS__ENABLED")),
        ("guichet__http__bind", Some("GUICHET__HTTP__BIND")),
        ("GUICHET_POOL_SIZE", Some("GUICHET__STORAGE__POOL_SIZE")),
        ("GUICHET_SMTP_URL", Some("SMTP_URL")),
        ("GUICHET_JWT_SECRET", Some("JWT_SECRET")),
        ("GUICHET_DATADIR", Some("GUICHET_DATA_DIR")),
        ("GUICHET__SHOP__NAME", None),
        ("GUICHET_BIND", None),
        ("GUICHET_CONFIG", None),
        ("GUICHET_SERVICE_HOST", None),
        ("GUICHET_PORT_4000_TCP", None),
        ("SHOP_NAME", None),
    ] {
        let written = written.to_owned();
        let told = misspelt([&written]);
        let told = told.first().map(|(_, meant)| meant.as_str());
        assert_eq!(told, meant, "{written}");
    }
}

#[test]
fn words_are_taken_as_people_write_them() {
    let words = load(&[
        ("GUICHET__AUTH__ALGORITHM", "eddsa"),
        ("GUICHET__SHOP__TIME_ZONE", "europe/paris"),
        ("GUICHET__LOG__FORMAT", "JSON"),
        ("SUPPORT_EMAIL", "Support <support@shop.example>"),
        ("PUBLIC_URL", "HTTPS://Aide.Shop.example/#/"),
        ("GUICHET_DATA_DIR", "~/guichet"),
        ("HOME", "/home/desk/"),
    ]);
    let words = words.unwrap();
    assert_eq!(words.auth.algorithm, jsonwebtoken::Algorithm::EdDSA);
    assert_eq!(words.shop.time_zone, chrono_tz::Europe::Paris);
    assert_eq!(words.mail.support.as_str(), "support@shop.example");
    assert_eq!(
        words.http.link_base().as_str(),
        "https://aide.shop.example/"
    );
    assert_eq!(words.storage.data_dir.to_str(), Some("/home/desk/guichet"));
}

#[test]
fn origins_are_taken_in_any_spelling_and_kept_as_browsers_send_them() {
    for (written, kept) in [
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example/", "https://shop.example"),
        ("HTTPS://Shop.Example", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("https://pièces.example", "https://xn--pices-5ra.example"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("Ionic://Localhost/", "ionic://localhost"),
        ("tauri://localhost", "tauri://localhost"),
        ("chrome-extension://abcdef", "chrome-extension://abcdef"),
    ] {
        let config = load(&[("GUICHET__HTTP__ALLOWED_ORIGINS", written)]);
        let config = config.unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(config.http.allowed_origins, [kept]);
    }
    for none in [
        "*",
        "null",
        "shop.example",
        "https://",
        "https://*.shop.example",
        "file://",
        "https://shop.example/desk",
        "https://shop.example?a",
        "https://a@shop.example",
        "capacitor://",
        "://localhost",
        "data:text/html,x",
        "1a://host",
    ] {
        let error = load(&[("GUICHET__HTTP__ALLOWED_ORIGINS", none)]).unwrap_err();
        assert!(
            error.to_string().contains("allowed_origins"),
            "{none}: {error}"
        );
    }
}

#[test]
fn sockets_are_for_pages_of_the_list_alone_else_of_the_public_address() {
    let origins = |pairs: &[(&str, &str)]| load(pairs).unwrap().http.socket_origins();
    let list = ("GUICHET__HTTP__ALLOWED_ORIGINS", "https://shop.example");
    let public = ("PUBLIC_URL", "https://aide.shop.example/desk/");
    assert_eq!(origins(&[list, public]), ["https://shop.example"]);
    assert_eq!(origins(&[public]), ["https://aide.shop.example"]);
    assert_eq!(origins(&[]), Vec::<String>::new());
}

#[test]
fn a_secret_may_stand_in_a_file_as_containers_are_given_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "hunter2hunter2hunter2hunter2hunter2\n").unwrap();
    let path = file.path().to_str().unwrap();
    let config = load(&[("JWT_SECRET_FILE", path)]).unwrap();
    assert_eq!(
        config.auth.secret.expose(),
        "hunter2hunter2hunter2hunter2hunter2"
    );
    for (pairs, named) in [
        (
            vec![("JWT_SECRET_FILE", "/nowhere/secret")],
            "/nowhere/secret",
        ),
        (
            vec![("JWT_SECRET_FILE", path), ("JWT_SECRET", "x")],
            "JWT_SECRET_FILE",
        ),
    ] {
        let error = load(&pairs).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
    // Whoever hands on what may not be set writes it, too.
    for (pairs, secret) in [
        (vec![("JWT_SECRET", " "), ("JWT_SECRET_FILE", path)], true),
        (vec![("JWT_SECRET_FILE", ""), ("GUICHET_CONFIG", "")], false),
    ] {
        let config = load(&pairs).unwrap();
        assert_eq!(config.auth.secret.given().is_some(), secret, "{pairs:?}");
    }
    assert!(is_setting("JWT_SECRET_FILE") && is_setting("GUICHET__LOG__FORMAT"));
    assert!(!is_setting("GUICHET_SERVICE_HOST") && !is_setting("PATH_FILE"));
}

#[test]
fn a_file_may_begin_with_a_mark_and_write_values_as_texts() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = "\u{feff}[limits]\r\nenabled = \"no\"\r\n[http]\r\nallowed_origins = \"https://a.example\"\r\nbody_timeout_seconds = \"9s\"\r\n[log]\r\nformat = \"json\"\r\n";
    std::fs::write(file.path(), text).unwrap();
    let environment = ("GUICHET_CONFIG", file.path().to_str().unwrap());
    let config = load(&[environment]).unwrap();
    assert!(!config.limits.enabled);
    assert_eq!(config.http.allowed_origins, ["https://a.example"]);
    assert_eq!(config.http.body_timeout_seconds, 9);
    let only = [environment].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(log_format(&only.into()), LogFormat::Json);
}

#[test]
fn a_lease_lasts_longer_than_a_conversation_with_a_mail_server() {
    let refused = load(&[("GUICHET__JOBS__LEASE_SECONDS", "5")])
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("jobs.lease_seconds must be at least 34"),
        "{refused}"
    );
    for (conversation, lease) in [("30", "34"), ("4", "5"), ("9", "10")] {
        let pairs = [
            ("GUICHET__MAIL__CONVERSATION_SECONDS", conversation),
            ("GUICHET__JOBS__LEASE_SECONDS", lease),
        ];
        let config = load(&pairs).unwrap();
        assert!(config.mail.conversation() <= config.jobs.work_limit());
    }
    let short = [
        ("GUICHET__MAIL__CONVERSATION_SECONDS", "9"),
        ("GUICHET__JOBS__LEASE_SECONDS", "9"),
    ];
    assert!(load(&short).is_err());
}

#[test]
fn a_key_may_be_bound_to_where_its_owner_is() {
    let key = "hunter2hunter2hunter2hunter2hunter2";
    for (written, network) in [
        (key.to_owned(), None),
        (format!("{key}@10.0.0.7"), Some("10.0.0.7/32")),
        (format!("{key}@[2001:db8::]/48"), Some("2001:db8::/48")),
    ] {
        let config = load(&[("GUICHET__HTTP__TRUSTED_KEYS", &written)]).unwrap();
        let [read] = config.http.trusted_keys.as_slice() else {
            panic!("{written}");
        };
        assert_eq!(read.key.expose(), key);
        assert_eq!(read.network, network.map(|text| text.parse().unwrap()));
    }
    // What stands behind the sign and is no network is part of the key.
    let odd = format!("{key}@shop");
    let config = load(&[("GUICHET__HTTP__TRUSTED_KEYS", &odd)]).unwrap();
    assert_eq!(config.http.trusted_keys[0].key.expose(), odd);
    assert!(
        load(&[(
            "GUICHET__HTTP__TRUSTED_KEYS",
            "short-key-in-a-long-setting@10.0.0.0/8"
        )])
        .is_err()
    );
}

#[test]
fn secrets_never_show() {
    let config = load(&[
        ("JWT_SECRET", "hunter2hunter2hunter2hunter2hunter2"),
        ("DATABASE_URL", "postgres://a:hunter2@h/d"),
        (
            "GUICHET__HTTP__TRUSTED_KEYS",
            "hunter2hunter2hunter2hunter2hunter2",
        ),
    ]);
    assert!(!format!("{:?}", config.unwrap()).contains("hunter2"));
}
