//! Is every operation mounted as described, and does it withstand what strangers try?

use crate::examples::{body, call, fill, lay_out, method, path};
use crate::rig::{ADMIN, Rig, now};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use local_stack::SigningKey;
use reqwest::{Method, StatusCode};
use revos_shared::kernel::endpoint::Access;
use revos_shared::{EndpointInfo, ErrorCode, all_endpoints};
use serde_json::{Value, json};

fn members() -> impl Iterator<Item = EndpointInfo> {
    all_endpoints().into_iter().filter(|endpoint| endpoint.access == Access::Member)
}

/// Signs whatever header and claims are given, with the key of the project or another secret.
fn signed(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(text.as_bytes()));
    format!("{text}.{signature}")
}

fn hs256(secret: &[u8], claims: &Value, kid: Option<&str>) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::HS256) };
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret)).unwrap()
}

/// Tokens that nobody may get in with, each with what is wrong with it (access.md T25).
async fn hostile_tokens(rig: &Rig) -> Vec<(&'static str, String)> {
    let key = rig.project.gateway.signing_key();
    let good = rig.claims(ADMIN).await;
    let with = |changes: Value| {
        let mut claims = good.clone();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims
    };
    let mint = |changes: Value| key.sign(&with(changes)).unwrap();
    let valid = key.sign(&good).unwrap();
    let (head, rest) = valid.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let altered =
        URL_SAFE_NO_PAD.encode(with(json!({ "sub": "00000000-0000-4000-8000-000000000001" })).to_string());
    let public = key.public_pem().unwrap();
    let stranger = SigningKey::generate().unwrap();
    let named = |alg: &str| json!({ "alg": alg, "typ": "JWT", "kid": key.kid() });
    let no_kid = EncodingKey::from_ec_pem(key.private_pem().unwrap().as_bytes()).unwrap();
    vec![
        ("empty", String::new()),
        ("garbage", "garbage".to_owned()),
        ("three dots of garbage", "a.b.c".to_owned()),
        ("a refresh token", "abcdefghijkl".to_owned()),
        ("the publishable key", rig.project.gateway.publishable_key().to_owned()),
        ("expired", mint(json!({ "exp": now() - 31 }))),
        ("expired long ago", mint(json!({ "exp": 1_000_000_000 }))),
        ("not yet valid", mint(json!({ "nbf": now() + 90 }))),
        ("without an end", mint(json!({ "exp": null }))),
        ("another issuer", mint(json!({ "iss": "https://evil.example/auth/v1" }))),
        ("another project's issuer", mint(json!({ "iss": "http://127.0.0.1:1/auth/v1" }))),
        ("no issuer", mint(json!({ "iss": null }))),
        ("another audience", mint(json!({ "aud": "other" }))),
        ("no audience", mint(json!({ "aud": null }))),
        ("role service_role", mint(json!({ "role": "service_role" }))),
        ("role anon", mint(json!({ "role": "anon" }))),
        ("role supabase_admin", mint(json!({ "role": "supabase_admin" }))),
        ("no role", mint(json!({ "role": null }))),
        ("no subject", mint(json!({ "sub": null }))),
        ("a subject that is no uuid", mint(json!({ "sub": "admin@example.com" }))),
        ("forged with another key", stranger.sign(&good).unwrap()),
        ("another key under the project's name", {
            let header = Header { kid: Some(key.kid().to_owned()), ..Header::new(Algorithm::ES256) };
            let pem = stranger.private_pem().unwrap();
            jsonwebtoken::encode(&header, &good, &EncodingKey::from_ec_pem(pem.as_bytes()).unwrap()).unwrap()
        }),
        ("an unknown key id", key.clone().renamed().sign(&good).unwrap()),
        ("no key id", jsonwebtoken::encode(&Header::new(Algorithm::ES256), &good, &no_kid).unwrap()),
        ("an altered payload", format!("{head}.{altered}.{signature}")),
        ("no signature", format!("{head}.{payload}.")),
        ("a cut signature", valid[..valid.len() - 4].to_owned()),
        ("algorithm none", signed(&named("none"), &good, |_| Vec::new())),
        ("algorithm None with a signature", signed(&named("None"), &good, |_| signature.as_bytes().to_vec())),
        ("HS256 with the public key", hs256(public.as_bytes(), &good, Some(key.kid()))),
        ("HS256 with the public key, unnamed", hs256(public.as_bytes(), &good, None)),
        ("HS256 with the key set", hs256(key.jwks().to_string().as_bytes(), &good, Some(key.kid()))),
        ("HS256 with nothing", hs256(b"", &good, Some(key.kid()))),
        (
            "RS256 by name",
            format!("{}.{payload}.{signature}", URL_SAFE_NO_PAD.encode(named("RS256").to_string())),
        ),
    ]
}

#[tokio::test]
async fn refuses_everybody_without_a_genuine_token_before_the_database_hears_of_it() {
    let rig = Rig::new().await;
    lay_out(&rig).await;
    let tokens = hostile_tokens(&rig).await;
    assert!(members().count() >= 5);
    for endpoint in members() {
        let reply = call(&rig.stranger(), &endpoint).await;
        assert_eq!(reply.refusal(), (401, ErrorCode::Unauthenticated), "{} without a token", endpoint.name);
        for (what, token) in &tokens {
            let caller = rig.stranger().with_token(token.clone());
            let reply = call(&caller, &endpoint).await;
            assert_eq!(reply.refusal(), (401, ErrorCode::Unauthenticated), "{} with {what}", endpoint.name);
            // And where a browser would bring it, without a refresh token beside it.
            let browser = rig.stranger();
            browser.set_cookie("access", Some(token));
            let reply = call(&browser, &endpoint).await;
            assert_eq!(
                reply.refusal(),
                (401, ErrorCode::Unauthenticated),
                "{} with a cookie, {what}",
                endpoint.name
            );
        }
        for scheme in ["Basic YWRtaW46YWRtaW4=", "bearer", "Bearer", "Token x", "Bearer a b"] {
            let stranger = rig.stranger();
            let request =
                stranger.request(method(&endpoint), &path(&endpoint)).header("authorization", scheme);
            let reply = stranger.send(request.json(&body(&endpoint))).await;
            assert_eq!(reply.refusal(), (401, ErrorCode::Unauthenticated), "{} with {scheme}", endpoint.name);
        }
    }
    assert_eq!(rig.rest_requests(), 0, "PostgREST heard of none of it");
    for endpoint in members() {
        lay_out(&rig).await;
        let reply = call(&rig.program(ADMIN).await, &endpoint).await;
        assert!(reply.status.is_success(), "{} with the genuine token: {}", endpoint.name, reply.text());
    }
}

#[tokio::test]
async fn a_bearer_token_counts_and_not_the_cookie_beside_it() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(ADMIN).await;
    let request = browser.request(Method::GET, "/api/session").bearer_auth("garbage");
    assert_eq!(browser.send(request).await.refusal(), (401, ErrorCode::Unauthenticated));
    let token = rig.token(crate::rig::MEMBER).await;
    let reply = browser.send(browser.request(Method::GET, "/api/session").bearer_auth(token)).await;
    assert_eq!(reply.json::<revos_shared::session::Member>().person.email, crate::rig::MEMBER);
}

#[tokio::test]
async fn every_operation_is_mounted_with_its_method_and_no_other() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let endpoints = all_endpoints();
    for endpoint in &endpoints {
        lay_out(&rig).await;
        let reply = call(&admin, endpoint).await;
        let (status, text) = (reply.status, reply.text());
        assert!(
            status != StatusCode::NOT_FOUND && status != StatusCode::METHOD_NOT_ALLOWED,
            "{}: {text}",
            endpoint.name
        );
        let mounted: Vec<Method> = endpoints.iter().filter(|e| e.path == endpoint.path).map(method).collect();
        let all = [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
            Method::TRACE,
        ];
        for other in all.into_iter().filter(|other| !mounted.contains(other)) {
            let reply = admin.send(admin.request(other.clone(), &path(endpoint)).json(&json!({}))).await;
            assert_eq!(reply.refusal(), (405, ErrorCode::MethodNotAllowed), "{other} {}", endpoint.path);
        }
        if method(endpoint) == Method::GET {
            let reply = admin.send(admin.request(Method::HEAD, &path(endpoint))).await;
            assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, 0), "HEAD {}", endpoint.path);
        }
    }
}

#[tokio::test]
async fn refuses_unknown_parameters_everywhere() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    for endpoint in all_endpoints() {
        for parameter in ["surprise=1", "surprise"] {
            let path = path(&endpoint);
            let path = format!("{path}{}{parameter}", if path.contains('?') { '&' } else { '?' });
            let request = admin.request(method(&endpoint), &path).json(&body(&endpoint));
            let reply = admin.send(request).await;
            assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{} {path}", endpoint.name);
        }
    }
}

#[tokio::test]
async fn parameters_of_the_path_are_read_as_strictly_as_the_others() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let mut tried = 0;
    for endpoint in all_endpoints() {
        let good = path(&endpoint);
        let names: Vec<_> =
            endpoint.path.split('{').skip(1).filter_map(|part| part.split_once('}')).collect();
        for (name, _) in names {
            tried += 1;
            let in_path = fill(endpoint.path, |_| crate::examples::CLIENT);
            let right = good.split('?').next().unwrap().split('/');
            let value = endpoint.path.split('/').zip(right).find(|(part, _)| *part == format!("{{{name}}}"));
            let value = value.unwrap().1;
            let mut bad: Vec<String> = ["x", "0", "%00", "%FF", "..%2F..", "none", "*", &format!("{value}x")]
                .into_iter()
                .map(|word| good.replacen(value, word, 1))
                .collect();
            // Said twice, alike or not.
            for said in [value, &in_path] {
                bad.push(format!("{good}{}{name}={said}", if good.contains('?') { '&' } else { '?' }));
            }
            for path in bad {
                let request = admin.request(method(&endpoint), &path).json(&body(&endpoint));
                let reply = admin.send(request).await;
                assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{} {path}", endpoint.name);
                assert!(!reply.text().contains("NUL"), "{}", reply.text());
            }
        }
    }
    assert!(tried > 20, "{tried}");
}

#[tokio::test]
async fn refuses_unknown_fields_and_what_is_no_json_in_every_body() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    // Reports of a newer page are read as far as this server knows them.
    for endpoint in all_endpoints().into_iter().filter(|endpoint| endpoint.name != "report_client_records") {
        let Some(body) = body(&endpoint) else { continue };
        let send = async |body: String| {
            let request = admin.request(method(&endpoint), &path(&endpoint));
            admin.send(request.header("content-type", "application/json").body(body)).await.refusal()
        };
        let mut more = body.clone();
        more["surprise"] = json!(1);
        for bad in [more.to_string(), "[]".to_owned(), "{".to_owned(), String::new(), "null".to_owned()] {
            assert_eq!(send(bad.clone()).await, (400, ErrorCode::InvalidJson), "{} {bad}", endpoint.name);
        }
        let huge = format!("{}{}", " ".repeat(1024 * 1024 + 1), body);
        assert_eq!(send(huge).await, (413, ErrorCode::PayloadTooLarge), "{}", endpoint.name);
        let request = admin.request(method(&endpoint), &path(&endpoint)).body(body.to_string());
        assert_eq!(admin.send(request).await.refusal(), (415, ErrorCode::UnsupportedMediaType));
    }
}

#[tokio::test]
async fn paths_that_are_no_operation_are_told_so() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    for path in [
        "/api",
        "/api/",
        "/api/client",
        "/api/clients/",
        "/api/clients/x/y",
        "/api/clients/x/contacts/",
        "/api//clients",
        "/api/session/x",
        "/api/clients%2Fsummary",
        "/api/rest/v1/clients",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let reply = admin.send(admin.request(method.clone(), path)).await;
            assert_eq!(reply.refusal(), (404, ErrorCode::NoRoute), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn descriptions_are_unique_and_lead_to_the_api() {
    let endpoints = all_endpoints();
    let mut names: Vec<_> = endpoints.iter().map(|endpoint| endpoint.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), endpoints.len());
    assert!(endpoints.iter().all(|endpoint| endpoint.path.starts_with("/api/")));
    // A new public operation is a decision (access.md A28), made here too.
    let mut public: Vec<_> =
        endpoints.iter().filter(|e| e.access == Access::Public).map(|e| e.name).collect();
    public.sort_unstable();
    assert_eq!(public, ["read_server_info", "refresh_session", "sign_in", "sign_out"]);
}
