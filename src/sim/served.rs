//! What is served, in the words of the help; the tables of operations and of resources are its only source.

use super::kube;
use super::operation::{Service, operations};

const WIDTH: usize = 78;
const INDENT: &str = "      ";

/// Returns the services in the order of the table, with Kubernetes behind those of AWS.
fn services() -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    for operation in operations() {
        if !services.contains(&operation.service) {
            services.push(operation.service);
        }
    }
    services.push(Service::Kubernetes);
    services
}

/// Names the services, such as `EKS, EKS Auth, STS, IAM and Kubernetes`.
pub fn services_in_words() -> String {
    let titles: Vec<&str> = services().into_iter().map(Service::title).collect();
    match titles.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Lists every operation of every service.
pub fn operations_in_words() -> String {
    let mut text = "Served operations:".to_owned();
    for service in services() {
        text.push_str("\n  ");
        text.push_str(service.title());
        if service == Service::Kubernetes {
            for (verbs, resources) in kube::served() {
                wrap(&mut text, &format!("{verbs}: {}", resources.join(", ")));
            }
            continue;
        }
        let names: Vec<&str> = operations()
            .iter()
            .filter(|operation| operation.service == service)
            .map(|operation| operation.name)
            .collect();
        wrap(&mut text, &names.join(", "));
    }
    text
}

/// Adds a paragraph, indented and broken between words.
fn wrap(text: &mut String, paragraph: &str) {
    let mut width = WIDTH;
    for word in paragraph.split(' ') {
        if width + 1 + word.len() > WIDTH {
            text.push('\n');
            text.push_str(INDENT);
            width = INDENT.len();
        } else {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += word.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_named_within_the_width() {
        let text = operations_in_words();
        let words: Vec<&str> = text
            .split_whitespace()
            .map(|word| word.trim_end_matches([',', ':']))
            .collect();
        for operation in operations() {
            assert!(words.contains(&operation.name), "{}", operation.name);
        }
        for name in kube::operation_names().filter(|name| !name.contains("deletecollection")) {
            let resource = name.rsplit(':').next().unwrap();
            assert!(words.contains(&resource), "{name}");
        }
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert_eq!(
            services_in_words(),
            "EKS, EKS Auth, STS, IAM and Kubernetes"
        );
    }
}
