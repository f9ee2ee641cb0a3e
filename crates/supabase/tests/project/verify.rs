//! Which tokens are believed, and how often is the project asked for its keys?

use crate::double::{Act, Double, answer};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use p256::SecretKey;
use p256::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use supabase::{AccessToken, KeySource, Limits, TokenError, Transport, Verifier, VerifierSettings};

const ISSUER: &str = "https://project.example/auth/v1";
const SUBJECT: &str = "00000000-0000-4000-8000-000000000001";
const SECRET: &str = "a shared secret of at least 32 characters";

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// An ES256 key made of one repeated byte.
struct Key {
    secret: SecretKey,
    kid: String,
}

impl Key {
    fn new(byte: u8, kid: &str) -> Self {
        Self { secret: SecretKey::from_slice(&[byte; 32]).unwrap(), kid: kid.to_owned() }
    }

    fn jwk(&self) -> Value {
        let mut jwk: Value = serde_json::from_str(&self.secret.public_key().to_jwk_string()).unwrap();
        jwk["kid"] = json!(self.kid);
        jwk["alg"] = json!("ES256");
        jwk["use"] = json!("sig");
        jwk
    }

    fn encoding(&self) -> EncodingKey {
        EncodingKey::from_ec_der(self.secret.to_pkcs8_der().unwrap().as_bytes())
    }

    fn sign(&self, claims: &Value) -> AccessToken {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        AccessToken::new(&encode(&header, claims, &self.encoding()).unwrap()).unwrap()
    }

    fn public_pem(&self) -> String {
        self.secret.public_key().to_public_key_pem(LineEnding::LF).unwrap()
    }
}

fn claims() -> Value {
    json!({ "sub": SUBJECT, "role": "authenticated", "aud": "authenticated", "iss": ISSUER, "exp": now() + 3_600 })
}

fn changed(name: &str, value: Value) -> Value {
    let mut claims = claims();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

/// A project that publishes these keys, for as long as it is up.
struct Published {
    double: Double,
    keys: Arc<Mutex<Vec<Value>>>,
    is_down: Arc<AtomicBool>,
    /// Seconds by which its clock is ahead.
    ahead: Arc<AtomicI64>,
}

impl Published {
    async fn new(keys: Vec<Value>) -> Self {
        let (keys, is_down) = (Arc::new(Mutex::new(keys)), Arc::new(AtomicBool::new(false)));
        let ahead = Arc::new(AtomicI64::new(0));
        let (shown, down, clock) = (Arc::clone(&keys), Arc::clone(&is_down), Arc::clone(&ahead));
        let double = Double::start(move |_, _| {
            if down.load(Ordering::Relaxed) {
                return Act::Answer(answer(503, "", "{}"));
            }
            let now = i64::try_from(now()).unwrap() + clock.load(Ordering::Relaxed);
            let now = UNIX_EPOCH + Duration::from_secs(now.try_into().unwrap());
            let date = format!("date: {}\r\n", httpdate::fmt_http_date(now));
            Act::Answer(answer(200, &date, &json!({ "keys": *shown.lock().unwrap() }).to_string()))
        })
        .await;
        Self { double, keys, is_down, ahead }
    }

    fn verifier(&self) -> Verifier {
        let address = format!("{}/auth/v1/.well-known/jwks.json", self.double.url);
        verifier(KeySource::KeySet(address.parse().unwrap()))
    }
}

fn verifier(keys: KeySource) -> Verifier {
    let limits = Limits { body: 100_000, ..Limits::default() };
    let settings = VerifierSettings { keys, issuer: ISSUER.to_owned(), audience: "authenticated".to_owned() };
    Verifier::new(settings, Transport::new(limits).unwrap())
}

#[tokio::test]
async fn a_genuine_token_says_whose_it_is() {
    let key = Key::new(1, "one");
    let project = Published::new(vec![key.jwk()]).await;
    let token = key.sign(&changed("session_id", json!("00000000-0000-4000-8000-00000000000f")));
    let verifier = project.verifier();
    let verified = verifier.verify(&token).await.unwrap();
    assert_eq!(verified.user_id.to_string(), SUBJECT);
    assert!(verified.session_id.is_some() && verifier.remaining(&verified) > Duration::from_secs(3_500));
    assert_eq!(verified.token.expose(), token.expose(), "it is forwarded unchanged");
}

#[tokio::test]
async fn only_the_keys_own_algorithm_is_believed() {
    let key = Key::new(1, "one");
    let project = Published::new(vec![key.jwk()]).await;
    let verifier = project.verifier();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let good = key.sign(&claims());
    let signature = good.expose().rsplit('.').next().unwrap();
    let hs256 = |secret: &[u8]| {
        let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::HS256) };
        encode(&header, &claims(), &EncodingKey::from_secret(secret)).unwrap()
    };
    let named = |alg: &str, signature: &str| {
        format!(
            "{}.{}.{signature}",
            part(&json!({ "alg": alg, "kid": "one", "typ": "JWT" })),
            part(&claims())
        )
    };
    for (what, text) in [
        ("none", named("none", "")),
        ("NONE", named("NONE", signature)),
        ("no algorithm", format!("{}.{}.{signature}", part(&json!({ "kid": "one" })), part(&claims()))),
        ("HS256 with the public key", hs256(key.public_pem().as_bytes())),
        ("HS256 with the published key", hs256(key.jwk().to_string().as_bytes())),
        ("HS256 with the key's coordinate", hs256(key.jwk()["x"].as_str().unwrap().as_bytes())),
        ("HS256 with nothing", hs256(b"")),
        ("ES384 by name", named("ES384", signature)),
        ("RS256 by name", named("RS256", signature)),
        ("EdDSA by name", named("EdDSA", signature)),
        ("another payload", {
            let mut pieces = good.expose().split('.');
            format!(
                "{}.{}.{signature}",
                pieces.next().unwrap(),
                part(&changed("sub", json!("00000000-0000-4000-8000-000000000002")))
            )
        }),
        ("no signature", good.expose().rsplit_once('.').unwrap().0.to_owned() + "."),
        ("another key by the same name", Key::new(2, "one").sign(&claims()).expose().to_owned()),
        ("garbage", "garbage".to_owned()),
    ] {
        let outcome = verifier.verify(&AccessToken::new(&text).unwrap()).await;
        assert_eq!(outcome.unwrap_err(), TokenError::Invalid, "{what}");
    }
    assert!(verifier.verify(&good).await.is_ok());
}

#[tokio::test]
async fn every_claim_is_looked_at() {
    let key = Key::new(1, "one");
    let project = Published::new(vec![key.jwk()]).await;
    let verifier = project.verifier();
    for (name, value, expected) in [
        ("exp", json!(now() - 31), TokenError::Expired),
        ("exp", Value::Null, TokenError::Invalid),
        ("exp", json!("soon"), TokenError::Invalid),
        ("nbf", json!(now() + 60), TokenError::Invalid),
        ("iss", json!("https://other.example/auth/v1"), TokenError::Invalid),
        ("iss", json!(format!("{ISSUER}/")), TokenError::Invalid),
        ("iss", Value::Null, TokenError::Invalid),
        ("aud", json!("anon"), TokenError::Invalid),
        ("aud", json!([]), TokenError::Invalid),
        ("aud", Value::Null, TokenError::Invalid),
        ("role", json!("service_role"), TokenError::Invalid),
        ("role", json!("anon"), TokenError::Invalid),
        ("role", json!("Authenticated"), TokenError::Invalid),
        ("role", Value::Null, TokenError::Invalid),
        ("sub", json!("nobody"), TokenError::Invalid),
        ("sub", json!(""), TokenError::Invalid),
        ("sub", Value::Null, TokenError::Invalid),
    ] {
        let outcome = verifier.verify(&key.sign(&changed(name, value.clone()))).await;
        assert_eq!(outcome.unwrap_err(), expected, "{name} {value}");
    }
    // Clocks may differ by half a minute.
    for (name, value) in
        [("exp", json!(now() - 15)), ("nbf", json!(now() + 15)), ("aud", json!(["other", "authenticated"]))]
    {
        assert!(verifier.verify(&key.sign(&changed(name, value.clone()))).await.is_ok(), "{name} {value}");
    }
}

#[tokio::test]
async fn the_key_set_is_read_once_for_all() {
    let key = Key::new(1, "one");
    let project = Published::new(vec![key.jwk()]).await;
    let verifier = Arc::new(project.verifier());
    let asking: Vec<_> = (0..50_u64)
        .map(|number| {
            let (verifier, token) =
                (Arc::clone(&verifier), key.sign(&changed("exp", json!(now() + 1_000 + number))));
            tokio::spawn(async move { verifier.verify(&token).await.is_ok() })
        })
        .collect();
    for asked in asking {
        assert!(asked.await.unwrap());
    }
    assert_eq!(project.double.count(), 1);
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_at_most_once_a_minute() {
    let (old, new) = (Key::new(1, "old"), Key::new(2, "new"));
    let project = Published::new(vec![old.jwk()]).await;
    let verifier = project.verifier();
    assert!(verifier.verify(&old.sign(&claims())).await.is_ok());
    project.keys.lock().unwrap().push(new.jwk());
    for number in 0..20 {
        let invented = Key::new(3, &format!("invented-{number}"));
        assert_eq!(verifier.verify(&invented.sign(&claims())).await.unwrap_err(), TokenError::Invalid);
    }
    assert_eq!(project.double.count(), 1, "the set was read less than a minute ago");
    pass(Duration::from_secs(61)).await;
    assert!(verifier.verify(&new.sign(&claims())).await.is_ok(), "a rotated key is found");
    for number in 0..20 {
        let invented = Key::new(3, &format!("again-{number}"));
        assert_eq!(verifier.verify(&invented.sign(&claims())).await.unwrap_err(), TokenError::Invalid);
    }
    assert_eq!(project.double.count(), 2);
}

#[tokio::test]
async fn a_key_that_signed_what_auth_has_just_given_is_looked_for_at_once() {
    let (old, new, unknown) = (Key::new(1, "old"), Key::new(2, "new"), Key::new(3, "unknown"));
    let project = Published::new(vec![old.jwk()]).await;
    let verifier = project.verifier();
    assert!(verifier.verify(&old.sign(&claims())).await.is_ok());
    project.keys.lock().unwrap().push(new.jwk());
    assert!(verifier.verify_granted(&new.sign(&claims())).await.is_ok());
    assert!(verifier.verify(&new.sign(&claims())).await.is_ok(), "and everybody knows it from then on");
    assert_eq!(project.double.count(), 2);
    let outcome = verifier.verify_granted(&unknown.sign(&claims())).await;
    assert_eq!((outcome.unwrap_err(), project.double.count()), (TokenError::Invalid, 3));
    assert_eq!(verifier.verify(&unknown.sign(&claims())).await.unwrap_err(), TokenError::Invalid);
    assert_eq!(project.double.count(), 3, "whoever just brings such a token is not believed so far");
}

#[tokio::test]
async fn the_projects_clock_says_whether_a_token_has_ended() {
    for (ahead, ends_in, begins_in, expected) in [
        (300, 200, -900, Err(TokenError::Expired)),
        (300, 400, 250, Ok(())),
        (-300, -200, -900, Ok(())),
        (-300, -400, -900, Err(TokenError::Expired)),
        (-300, 400, -100, Err(TokenError::Invalid)),
        // Nobody's clock is wrong by an hour: such a date is none.
        (3_600, 200, -900, Ok(())),
        (1, 200, -900, Ok(())),
    ] {
        let key = Key::new(1, "one");
        let project = Published::new(vec![key.jwk()]).await;
        project.ahead.store(ahead, Ordering::Relaxed);
        let verifier = project.verifier();
        let moment = |offset: i64| json!(i64::try_from(now()).unwrap() + offset);
        let mut claims = changed("exp", moment(ends_in));
        claims["nbf"] = moment(begins_in);
        let outcome = verifier.verify(&key.sign(&claims)).await;
        assert_eq!(outcome.as_ref().map(|_| ()).map_err(|error| *error), expected, "{ahead} {ends_in}");
        if let (Ok(verified), 300) = (&outcome, ahead) {
            let left = verifier.remaining(verified).as_secs();
            assert!((90..=110).contains(&left), "by the project's clock: {left}");
        }
    }
}

/// Lets time pass for timers, and for nothing else.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn known_keys_stay_good_through_an_outage_of_the_key_set() {
    let key = Key::new(1, "one");
    let project = Published::new(vec![key.jwk()]).await;
    let verifier = project.verifier();
    assert!(verifier.verify(&key.sign(&claims())).await.is_ok());
    project.is_down.store(true, Ordering::Relaxed);
    // Old enough to be read again, in vain.
    pass(Duration::from_secs(601)).await;
    for seconds in 0..5 {
        assert!(verifier.verify(&key.sign(&changed("exp", json!(now() + 100 + seconds)))).await.is_ok());
    }
    assert_eq!(project.double.count(), 2, "an outage is not asked about with every request");
    let invented = Key::new(2, "invented");
    assert_eq!(verifier.verify(&invented.sign(&claims())).await.unwrap_err(), TokenError::Invalid);
}

#[tokio::test]
async fn without_any_key_nobody_is_refused_for_ever() {
    let key = Key::new(1, "one");
    let project = Published::new(vec![key.jwk()]).await;
    project.is_down.store(true, Ordering::Relaxed);
    let verifier = project.verifier();
    assert_eq!(verifier.verify(&key.sign(&claims())).await.unwrap_err(), TokenError::KeysUnreachable);
    project.is_down.store(false, Ordering::Relaxed);
    assert!(verifier.verify(&key.sign(&claims())).await.is_ok(), "the next request tries again");
}

#[tokio::test]
async fn a_withdrawn_key_stops_working() {
    let (old, new) = (Key::new(1, "old"), Key::new(2, "new"));
    let project = Published::new(vec![old.jwk(), new.jwk()]).await;
    let verifier = project.verifier();
    assert!(verifier.verify(&old.sign(&claims())).await.is_ok());
    project.keys.lock().unwrap().remove(0);
    pass(Duration::from_secs(601)).await;
    let another = old.sign(&changed("exp", json!(now() + 500)));
    assert_eq!(verifier.verify(&another).await.unwrap_err(), TokenError::Invalid);
    assert!(verifier.verify(&new.sign(&claims())).await.is_ok());
}

#[tokio::test]
async fn keys_of_other_kinds_are_left_out() {
    let key = Key::new(1, "one");
    let mut unnamed = Key::new(2, "two").jwk();
    unnamed.as_object_mut().unwrap().remove("alg");
    let octets = json!({ "kty": "oct", "alg": "HS256", "kid": "three", "k": URL_SAFE_NO_PAD.encode(SECRET) });
    let project = Published::new(vec![unnamed, octets, key.jwk()]).await;
    let verifier = project.verifier();
    let header = Header { kid: Some("three".to_owned()), ..Header::new(Algorithm::HS256) };
    let shared = encode(&header, &claims(), &EncodingKey::from_secret(SECRET.as_bytes())).unwrap();
    assert_eq!(verifier.verify(&AccessToken::new(&shared).unwrap()).await.unwrap_err(), TokenError::Invalid);
    assert!(verifier.verify(&key.sign(&claims())).await.is_ok());
}

#[tokio::test]
async fn a_checked_token_is_remembered_until_it_ends() {
    let key = Key::new(1, "one");
    let project = Published::new(vec![key.jwk()]).await;
    let verifier = project.verifier();
    // Ends one second from now by the clock of the wall, leeway included.
    let short = key.sign(&changed("exp", json!(now() - 29)));
    assert!(verifier.verify(&short).await.is_ok());
    project.is_down.store(true, Ordering::Relaxed);
    let outcome = loop {
        match verifier.verify(&short).await {
            Ok(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => break error,
        }
    };
    assert_eq!(outcome, TokenError::Expired);
    let good = key.sign(&claims());
    assert!(verifier.verify(&good).await.is_ok());
    assert!(verifier.verify(&good).await.is_ok());
    assert_eq!(project.double.count(), 1);
}

#[tokio::test]
async fn a_refused_token_is_not_remembered_as_good() {
    let (one, two) = (Key::new(1, "one"), Key::new(2, "two"));
    let project = Published::new(vec![one.jwk()]).await;
    let verifier = project.verifier();
    let token = two.sign(&claims());
    assert!(verifier.verify(&token).await.is_err());
    assert!(verifier.verify(&token).await.is_err());
    project.keys.lock().unwrap().push(two.jwk());
    pass(Duration::from_secs(61)).await;
    assert!(verifier.verify(&token).await.is_ok());
}

#[tokio::test]
async fn a_project_has_one_kind_of_key() {
    let key = Key::new(1, "one");
    let project = Published::new(vec![key.jwk()]).await;
    let shared = verifier(KeySource::SharedSecret(SECRET.into()));
    let hs256 = |secret: &str| {
        let text =
            encode(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(secret.as_bytes()))
                .unwrap();
        AccessToken::new(&text).unwrap()
    };
    assert!(shared.verify(&hs256(SECRET)).await.is_ok());
    assert_eq!(
        shared.verify(&hs256("another secret of at least 32 letters")).await.unwrap_err(),
        TokenError::Invalid
    );
    assert_eq!(shared.verify(&key.sign(&claims())).await.unwrap_err(), TokenError::Invalid);
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let text =
            encode(&Header::new(algorithm), &claims(), &EncodingKey::from_secret(SECRET.as_bytes())).unwrap();
        assert_eq!(
            shared.verify(&AccessToken::new(&text).unwrap()).await.unwrap_err(),
            TokenError::Invalid,
            "{algorithm:?}"
        );
    }
    assert_eq!(project.verifier().verify(&hs256(SECRET)).await.unwrap_err(), TokenError::Invalid);
}
