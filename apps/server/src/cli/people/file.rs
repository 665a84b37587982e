//! People as another system writes them: JSON lines, or CSV with a line of names.
//!
//! ```text
//! {"kind": "staff", "id": "staff-claire", "name": "Claire Martin", "email": "claire@shop.example"}
//! {"id": "42", "name": "Jean Dupont", "email": "jean@example.com", "phone": "06 12 34 56 78"}
//! ```
//!
//! Or one JSON list of them. The same members are the columns of CSV (`request_text::table`), in any order. Without a `kind` it is
//! a customer. An id may be a number; a telephone may not, since numbers have no zero in front. Unknown
//! members are refused, so that a slip of the pen is noticed.

use request_text::strict_json::Strict;
use request_text::table;
use serde_json::Value;
use shared_kernel::scalars::digits;
use shared_kernel::{CustomerId, EmailAddress, PhoneNumber, StaffId};
use support_domain::FullName;
use support_domain::use_cases::{EnterCustomer, EnterStaff, Person, wrong_with};

use super::line::{Line, Lines, MEMBERS, unknown};
use super::placed::{People, in_words};

/// What some systems put before the first letter of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads the file.
///
/// # Errors
/// What is wrong, a line each, with its place: `line 3, email: not in the expected form`.
pub(super) fn read(text: &str) -> Result<People, Vec<String>> {
    let text = text.trim_start_matches(BYTE_ORDER_MARK).trim_start();
    let lines = if text.starts_with('[') {
        json_list(text)
    } else if text.starts_with('{') {
        json_lines(text)
    } else {
        csv_lines(text)
    };
    let mut wrong = Vec::new();
    let mut people = People::default();
    for (number, line) in lines {
        match line.and_then(|line| person(line).map_err(|(of, why)| format!("{of}: {why}"))) {
            Ok(person) => people.add(number, person),
            Err(why) => wrong.push((number, why)),
        }
    }
    wrong.extend(people.told(&wrong_with(people.all())));
    if wrong.is_empty() {
        return Ok(people);
    }
    wrong.sort_by_key(|(number, _)| *number);
    Err(in_words(wrong))
}

fn csv_lines(text: &str) -> Lines {
    let rows = table::rows(text, &MEMBERS).into_iter();
    let lines = rows.map(|(number, cells)| (number, cells.map(Line::of_cells)));
    // Spreadsheets write rows nobody filled.
    lines
        .filter(|(_, line)| !line.as_ref().is_ok_and(Line::is_empty))
        .collect()
}

fn json_lines(text: &str) -> Lines {
    let filled = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    filled
        .map(|(number, line)| {
            let read = serde_json::from_str(line).map_err(|error| at_column(&error));
            (number, read.and_then(|Strict(value)| line_of(&value)))
        })
        .collect()
}

/// One list of all; its members are counted.
fn json_list(text: &str) -> Lines {
    let all: Vec<Strict> = match serde_json::from_str(text) {
        Ok(all) => all,
        Err(error) => {
            let line = u64::try_from(error.line()).unwrap_or_default();
            return vec![(line, Err(at_column(&error)))];
        }
    };
    let read = all.iter().map(|Strict(value)| line_of(value));
    (1..).zip(read).collect()
}

/// What is wrong with JSON, and where in its line: which line it is stands before it.
fn at_column(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let what = words.split(" at line ").next().unwrap_or_default();
    format!("column {}: {what}", error.column())
}

/// Somebody as an object.
fn line_of(value: &Value) -> Result<Line, String> {
    let said = value.as_object().ok_or("not an object of one person")?;
    let mut line = Line::default();
    for (name, value) in said {
        let member = MEMBERS.iter().find(|member| *member == name);
        let member = member.ok_or_else(|| unknown(name, "members"))?;
        match value {
            Value::Null => {}
            Value::String(text) => line.say(member, text.clone()),
            Value::Number(_) if *member == "phone" => {
                return Err(
                    "phone: not a text; a number lost its zero or its plus in front".to_owned(),
                );
            }
            // Earlier systems number people.
            Value::Number(number) if *member == "id" => match digits(number) {
                Some(digits) => line.say(member, digits),
                None => return Err(format!("{member}: must be a text")),
            },
            _ => return Err(format!("{member}: must be a text")),
        }
    }
    Ok(line)
}

/// What is wrong with which member.
type Wrong = (&'static str, String);

fn person(line: Line) -> Result<Person, Wrong> {
    let name = text("name", line.name, FullName::parse)?;
    let name = name.ok_or_else(|| ("name", "there is none".to_owned()))?;
    let email = text("email", line.email, EmailAddress::parse)?;
    let kind = line.kind.unwrap_or_default().to_lowercase();
    match kind.trim() {
        "" | "customer" => {
            let id = text("id", line.id, CustomerId::parse)?;
            if id.is_none() && email.is_none() {
                return Err(("id", "neither an id nor an address".to_owned()));
            }
            let phone = text("phone", line.phone, PhoneNumber::parse)?;
            Ok(Person::Customer(EnterCustomer {
                id,
                name,
                email,
                phone,
            }))
        }
        "staff" => {
            let id = text("id", line.id, StaffId::parse)?;
            let id = id.ok_or_else(|| ("id", "there is none".to_owned()))?;
            Ok(Person::Staff(EnterStaff { id, name, email }))
        }
        other => Err(("kind", format!("{other} is neither customer nor staff"))),
    }
}

/// A member that may be there; one that is empty is not.
fn text<T, E: std::fmt::Display>(
    of: &'static str,
    given: Option<String>,
    parse: impl FnOnce(String) -> Result<T, E>,
) -> Result<Option<T>, Wrong> {
    let given = given.filter(|text| !text.trim().is_empty());
    given
        .map(parse)
        .transpose()
        .map_err(|error| (of, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each person in a line.
    fn outline(text: &str) -> Vec<String> {
        let line = |person: Person| match person {
            Person::Staff(staff) => format!("staff {} {}", staff.id, staff.name.as_str()),
            Person::Customer(customer) => format!(
                "customer {:?} {} {:?} {:?}",
                customer.id.map(|id| id.to_string()),
                customer.name.as_str(),
                customer.email.map(|mail| mail.as_str().to_owned()),
                customer.phone.map(|phone| phone.as_str().to_owned()),
            ),
        };
        let people = read(text).unwrap();
        people.all().iter().cloned().map(line).collect()
    }

    #[test]
    fn the_same_people_are_read_from_json_lines_and_from_csv_with_a_mark_or_without() {
        let json = "{\"kind\": \"staff\", \"id\": \"s1\", \"name\": \"Claire Martin\"}\n\n\
            {\"id\": \"42\", \"name\": \"Dupont, Jean\", \"email\": \"jean@example.com\", \"phone\": null}\r\n\
            {\"name\": \"Anne Petit\", \"email\": \"anne@example.com\", \"phone\": \"0612345678\"}\n";
        let commas = "kind,id,name,email,phone\nstaff,s1,Claire Martin,,\n\
            customer,42,\"Dupont, Jean\",jean@example.com,\n,,Anne Petit,anne@example.com,0612345678\n";
        let semicolons = "name;id;phone;kind;email\r\nClaire Martin;s1;;staff;\r\n\
            Dupont, Jean;42;;customer;jean@example.com\r\nAnne Petit;;0612345678;;anne@example.com\r\n";
        let read = outline(json);
        assert_eq!(read.len(), 3);
        assert_eq!(read[0], "staff s1 Claire Martin");
        for text in [json, commas, semicolons] {
            assert_eq!(outline(text), read);
            assert_eq!(outline(&format!("\u{feff}{text}")), read);
        }
        let list = json
            .lines()
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(",");
        assert_eq!(outline(&format!("[{list}]")), read);
    }

    #[test]
    fn an_id_may_be_a_number_and_a_heading_in_capitals() {
        let text = "{\"id\": \"42\", \"name\": \"Jean Dupont\"}";
        for same in [
            text.replace("\"42\"", "42"),
            text.replace("\"42\"", "42.0"),
            format!("[{}]", text.replace("\"42\"", "42")),
            "ID;Name\n42;Jean Dupont\n".to_owned(),
        ] {
            assert_eq!(outline(&same), outline(text), "{same}");
        }
        // What CSV has is a text, whatever it looks like.
        let zero = outline("id,name,phone\n007,Jean Dupont,0612345678\n");
        assert!(
            zero[0].contains("\"007\"") && zero[0].contains("\"0612345678\""),
            "{zero:?}"
        );
        let phone = text.replace("\"42\"", "\"42\", \"phone\": 612345678");
        let wrong = read(&phone).unwrap_err();
        assert!(
            wrong[0].starts_with("line 1, phone: not a text"),
            "{wrong:?}"
        );
    }

    #[test]
    fn an_id_may_be_a_number_and_what_is_wrong_with_json_is_told_by_its_member() {
        let texts = outline("{\"id\": \"42\", \"name\": \"Jean Dupont\"}");
        assert_eq!(outline("{\"id\": 42, \"name\": \"Jean Dupont\"}"), texts);
        assert_eq!(outline("[{\"id\": 42, \"name\": \"Jean Dupont\"}]"), texts);
        for (line, told) in [
            (
                "{\"id\": 4.5, \"name\": \"J D\"}",
                "line 1, id: must be a text",
            ),
            (
                "{\"id\": \"1\", \"name\": 5}",
                "line 1, name: must be a text",
            ),
            (
                "{\"id\": \"1\", \"mail\": \"a@b.fr\"}",
                "line 1, mail: not one of the members kind, id, name, email, phone",
            ),
            ("{\"id\": ", "line 1, column 7: EOF while parsing a value"),
            (
                "{\"id\": 1, \"id\": 2}",
                "line 1, column 18: id is there twice",
            ),
            ("[[]]", "line 1, not an object of one person"),
        ] {
            assert_eq!(read(line).unwrap_err(), [told], "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_nothing_is_read() {
        let wrong =
            read("id,name,email\n1,Jean Dupont,jean\n,Anne Petit,\n3,,c@d.fr\n").unwrap_err();
        assert_eq!(
            wrong,
            [
                "line 2, email: not in the expected form",
                "line 3, id: neither an id nor an address",
                "line 4, name: there is none",
            ]
        );
        for text in [
            "{\"id\": \"1\", \"name\": \"Jean Dupont\", \"mail\": \"a@b.fr\"}",
            "id,nom\n1,Jean Dupont",
            "ident;nom",
            "[{\"id\": \"1\"",
            "{\"id\": \"1\", ",
            "{\"kind\": \"boss\", \"id\": \"1\", \"name\": \"Jean Dupont\"}",
            "{\"kind\": \"staff\", \"name\": \"Jean Dupont\"}",
        ] {
            assert_eq!(read(text).unwrap_err().len(), 1, "{text}");
        }
        assert!(read("").unwrap().all().is_empty());
    }

    #[test]
    fn what_spreadsheets_put_around_names_and_before_them_is_no_part_of_them() {
        let plain = outline("id,name\n42,Jean Dupont\n");
        assert_eq!(plain.len(), 1);
        for text in [
            " id ,\tname\t\n42,Jean Dupont\n",
            "\tid\t;\tname\n42;Jean Dupont\n",
            "\"id\", \"name\"\n\"42\", \"Jean Dupont\"\n",
            "\u{a0}ID\u{a0};Name\r\n42;Jean Dupont\r\n",
            "sep=;\r\nid;name\r\n42;Jean Dupont\r\n",
            "\"sep=;\"\r\nid;name\r\n42;Jean Dupont\r\n",
            "SEP=,\nid,name\n42,Jean Dupont\n",
            "sep=\t\nid\tname\n42\tJean Dupont\n",
            "id\tname\n42\tJean Dupont\n",
            "sep=|\nid|name\n42|Jean Dupont\n",
            "id;name\r\n42;Jean Dupont\r\n;\r\n;\r\n",
        ] {
            assert_eq!(outline(text), plain, "{text:?}");
        }
    }

    #[test]
    fn a_line_that_is_wrong_has_the_number_it_has_in_the_file() {
        let wrong = |text: &str| read(text).unwrap_err();
        assert_eq!(
            wrong("sep=;\nid;name\n\n1;Jean Dupont\n2;\n"),
            ["line 5, name: there is none"]
        );
        let unknown = wrong("sep=;\nid;nom\n1;Jean Dupont\n");
        assert_eq!(
            unknown,
            ["line 2, nom: not one of the columns kind, id, name, email, phone"]
        );
        let twice = wrong("id;name;ID\n1;Jean Dupont;2\n");
        assert_eq!(twice, ["line 1, id: this column is there twice"]);
    }

    #[test]
    fn a_person_who_is_there_twice_otherwise_is_told_with_both_lines() {
        let text = "id;kind;name;email\r\n\r\n42;;Jean Dupont;;\r\n7;staff;karim@shop.example;\r\n\
            42;;Jeanne Dupont;;\r\n43;;;\r\n42;staff;Jean Dupont;;\r\n42;;Jean Dupont;jean@example.com;;\r\n";
        assert_eq!(
            read(text).unwrap_err(),
            [
                "line 4, name: an address is no name",
                "line 5, name: line 3 says otherwise of the same person",
                "line 6, name: there is none",
                "line 7, kind: line 3 says otherwise of the same person",
            ]
        );
        assert_eq!(
            outline("id,name\n42,Jean Dupont\n42,Jean Dupont,\n").len(),
            2
        );
    }

    #[test]
    fn a_cell_too_many_is_told_with_its_line_and_an_empty_one_is_nothing() {
        assert_eq!(outline("id,name\n42,Jean Dupont,\n").len(), 1);
        assert_eq!(
            read("id,name\n42,Jean Dupont,\n43,Petit, Anne\n").unwrap_err(),
            ["line 3, \"Anne\" stands in a column without a name"]
        );
    }
}
