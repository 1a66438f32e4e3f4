//! From the written form of a step to its request's templates.

use super::condition::json_template;
use super::scope::Scope;
use super::step::{Body, Rendered};
use super::template::{Encode, Template};
use super::{Auth, CompileContext, Pairs, StepSpec};
use crate::source::{Located, Mark, Problem};
use crate::transport::Content;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// The templates of a step's request.
pub(super) fn compile(
    method: Method,
    path: &Located<String>,
    spec: &StepSpec,
    scope: &Scope,
    cx: &CompileContext<'_>,
    problems: &mut Vec<Problem>,
) -> Rendered {
    let rendered = Rendered {
        path: path_template(&method, path, spec, scope, cx, problems),
        fixed_headers: HeaderMap::new(),
        headers: Vec::new(),
        body: Body::Fixed(Content::default()),
        method,
    };
    headers_and_body(rendered, spec, scope, cx, problems)
}

fn path_template(
    method: &Method,
    path: &Located<String>,
    spec: &StepSpec,
    scope: &Scope,
    cx: &CompileContext<'_>,
    problems: &mut Vec<Problem>,
) -> Template {
    let mut template = Template::default();
    template.push_text(cx.prefix());
    template.append(Template::parse(path, scope, Encode::Percent, problems));
    let mut separator = if path.contains('?') { "&" } else { "?" };
    for (name, value) in &spec.query {
        template.push_text(separator);
        template.append(pair(name, value, scope, problems));
        separator = "&";
    }
    if let Some(fixed) = template.fixed()
        && path.starts_with('/')
        && http::uri::PathAndQuery::try_from(fixed).is_err()
    {
        let message = format!("`{}` is not a path of a {method} request", path.value);
        problems.push(
            Problem::at(path.mark, message)
                .help("percent-encode spaces and special characters, or use `query`"),
        );
    }
    template
}

/// `name=value`, both percent-encoded.
fn pair(
    name: &Located<String>,
    value: &Located<String>,
    scope: &Scope,
    problems: &mut Vec<Problem>,
) -> Template {
    let mut template = Template::encoded(&name.value);
    template.push_text("=");
    template.append(Template::parse_encoded(value, scope, problems));
    template
}

fn headers_and_body(
    mut rendered: Rendered,
    spec: &StepSpec,
    scope: &Scope,
    cx: &CompileContext<'_>,
    problems: &mut Vec<Problem>,
) -> Rendered {
    let (body, content_type) = body(spec, scope, cx, problems);
    rendered.body = body;
    let mut all: Vec<(HeaderName, Template, Mark)> = Vec::new();
    let mut set = |name: HeaderName, template: Template, mark: Mark| {
        all.retain(|(known, ..)| *known != name);
        all.push((name, template, mark));
    };
    set(HOST, Template::text(cx.host()), Mark::default());
    if spec.sse.is_some() {
        set(ACCEPT, Template::text("text/event-stream, */*"), Mark::default());
    }
    if let Some(content_type) = content_type {
        set(CONTENT_TYPE, Template::text(content_type), Mark::default());
    }
    for (name, value) in cx.headers.iter().chain(&spec.headers) {
        match HeaderName::from_bytes(name.as_bytes()) {
            Ok(header) => set(header, Template::parse(value, scope, Encode::Plain, problems), value.mark),
            Err(_) => {
                problems.push(Problem::at(name.mark, format!("`{}` cannot be a header's name", name.value)));
            }
        }
    }
    if let Some(auth) = &spec.auth {
        let (template, mark) = authorization(auth, scope, problems);
        set(AUTHORIZATION, template, mark);
    }
    for (name, template, mark) in all {
        match template.fixed().map(HeaderValue::from_str) {
            None => rendered.headers.push((name, template)),
            Some(Ok(value)) if name == HOST && cx.may_speak_http2() && !is_host(&value) => {
                problems.push(
                    Problem::at(mark, "over HTTP/2 this is no host")
                        .help("write for example `shop.test` or `shop.test:8443`, or `http_version: http1` under `target`"),
                );
            }
            Some(Ok(value)) => {
                rendered.fixed_headers.insert(name, value);
            }
            Some(Err(_)) => {
                problems.push(Problem::at(mark, format!("the header {name} cannot have this value")));
            }
        }
    }
    rendered
}

fn is_host(value: &HeaderValue) -> bool {
    Authority::try_from(value.as_bytes()).is_ok()
}

fn authorization(auth: &Auth, scope: &Scope, problems: &mut Vec<Problem>) -> (Template, Mark) {
    match auth {
        Auth::Bearer(token) => {
            let mut template = Template::text("Bearer ");
            template.append(Template::parse(token, scope, Encode::Plain, problems));
            (template, token.mark)
        }
        Auth::Basic(basic) => {
            let mut constant = |text: &Located<String>| {
                let template = Template::parse(text, scope, Encode::Plain, problems);
                if let Some(fixed) = template.fixed() {
                    return fixed.to_owned();
                }
                let problem = Problem::at(text.mark, "a user and password must be known before the run");
                problems.push(problem.help("use `vars`, `${env:NAME}` or `${file:path}`"));
                String::new()
            };
            let (user, password) = (constant(&basic.user), constant(&basic.password));
            (
                Template::text(&format!("Basic {}", BASE64.encode(format!("{user}:{password}")))),
                basic.user.mark,
            )
        }
    }
}

fn body(
    spec: &StepSpec,
    scope: &Scope,
    cx: &CompileContext<'_>,
    problems: &mut Vec<Problem>,
) -> (Body, Option<&'static str>) {
    let marks = [
        spec.json.as_ref().map(|json| json.mark),
        spec.form.as_ref().and_then(|form| form.iter().next()).map(|(name, _)| name.mark),
        spec.body.as_ref().map(|body| body.mark),
        spec.body_file.as_ref().map(|file| file.mark),
    ];
    if let Some(second) = marks.into_iter().flatten().nth(1) {
        problems.push(
            Problem::at(second, "a request has one body").help("keep one of json, form, body, body_file"),
        );
    }
    let of = |template: Template| match template.fixed() {
        Some(fixed) => Body::Fixed(fixed.to_owned().into()),
        None => Body::Rendered(template),
    };
    if let Some(json) = &spec.json {
        return (of(json_template(json, scope, problems)), Some("application/json"));
    }
    if let Some(form) = &spec.form {
        return (of(form_template(form, scope, problems)), Some("application/x-www-form-urlencoded"));
    }
    if let Some(text) = &spec.body {
        return (of(Template::parse(text, scope, Encode::Plain, problems)), None);
    }
    match spec.body_file.as_ref().map(|file| (cx.read_body)(file)) {
        Some(Ok(content)) => (Body::Fixed(content), None),
        Some(Err(problem)) => {
            problems.push(problem);
            (Body::Fixed(Content::default()), None)
        }
        None => (Body::Fixed(Content::default()), None),
    }
}

fn form_template(form: &Pairs<Located<String>>, scope: &Scope, problems: &mut Vec<Problem>) -> Template {
    let mut template = Template::default();
    for (place, (name, value)) in form.iter().enumerate() {
        template.push_text(if place > 0 { "&" } else { "" });
        template.append(pair(name, value, scope, problems));
    }
    template
}
