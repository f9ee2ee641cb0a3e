//! With which key are access tokens signed, and how does everybody else check them?

use std::fs;
use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::StackError;
use crate::home::write_private;

/// An ES256 key pair with its `kid`.
#[derive(Clone)]
pub struct SigningKey {
    secret: SecretKey,
    encoding: EncodingKey,
    kid: String,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new key, kept nowhere.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, StackError> {
        // Nearly every 32 bytes are a key of this curve; the rest is drawn again.
        let secret = (0..64)
            .find_map(|_| SecretKey::from_slice(&rand::random::<[u8; 32]>()).ok())
            .ok_or_else(|| unusable("no random key"))?;
        Self::from_secret(secret)
    }

    /// The key kept in a file (PKCS#8 PEM, readable by its owner only), made when there is none.
    ///
    /// # Errors
    /// When the file is not readable, not writable or no such key.
    pub fn load_or_create(path: &Path) -> Result<Self, StackError> {
        match fs::read_to_string(path) {
            Ok(pem) => Self::from_pem(&pem)
                .map_err(|_| unusable(format!("{} is no PKCS#8 P-256 key", path.display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = Self::generate()?;
                write_private(path, &key.private_pem()?)?;
                Ok(key)
            }
            Err(error) => Err(StackError::file("read", path, error)),
        }
    }

    /// A key from its PKCS#8 PEM.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_pem(pem: &str) -> Result<Self, StackError> {
        Self::from_secret(SecretKey::from_pkcs8_pem(pem).map_err(unusable)?)
    }

    fn from_secret(secret: SecretKey) -> Result<Self, StackError> {
        let der = secret.to_pkcs8_der().map_err(unusable)?;
        let encoding = EncodingKey::from_ec_der(der.as_bytes());
        let point = secret.public_key().to_encoded_point(false);
        let digest = Sha256::digest(point.as_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        let kid = uuid::Builder::from_random_bytes(id).into_uuid();
        Ok(Self { secret, encoding, kid: kid.to_string() })
    }

    /// The key's name in token headers and in the key set.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key pair as PKCS#8 PEM.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn private_pem(&self) -> Result<String, StackError> {
        Ok(self.secret.to_pkcs8_pem(LineEnding::LF).map_err(unusable)?.to_string())
    }

    /// The public half as PEM, for example to forge an HS256 token with it.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn public_pem(&self) -> Result<String, StackError> {
        self.secret.public_key().to_public_key_pem(LineEnding::LF).map_err(unusable)
    }

    /// The public half as a JSON Web Key Set, as `/auth/v1/.well-known/jwks.json` answers it.
    pub fn jwks(&self) -> Value {
        let point = self.secret.public_key().to_encoded_point(false);
        let part = |bytes: Option<&p256::FieldBytes>| bytes.map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        json!({ "keys": [{
            "alg": "ES256", "crv": "P-256", "ext": true, "key_ops": ["verify"], "kid": self.kid,
            "kty": "EC", "use": "sig", "x": part(point.x()), "y": part(point.y()),
        }] })
    }

    /// Signs any claims as an access token of this key. Tests make hostile ones with it.
    ///
    /// # Errors
    /// When the claims are no JSON object.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, StackError> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.encoding).map_err(unusable)
    }

    /// The claims of a token that this key signed and that has not expired, or what is wrong with it.
    pub(crate) fn verify(&self, token: &str) -> Result<Value, String> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| "token is malformed".to_owned())?;
        if header.kid.as_deref() != Some(self.kid.as_str()) {
            return Err(format!("unrecognized JWT kid {:?} for algorithm {:?}", header.kid, header.alg));
        }
        let mut validation = Validation::new(Algorithm::ES256);
        validation.leeway = 0;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let pem = self.public_pem().map_err(|error| error.to_string())?;
        let key = DecodingKey::from_ec_pem(pem.as_bytes()).map_err(|error| error.to_string())?;
        jsonwebtoken::decode(token, &key, &validation).map(|data| data.claims).map_err(|error| {
            match error.kind() {
                ErrorKind::ExpiredSignature => "token has invalid claims: token is expired".to_owned(),
                ErrorKind::InvalidSignature => "token signature is invalid".to_owned(),
                _ => "token is unverifiable".to_owned(),
            }
        })
    }

    /// The same key under another name: a token signed with it names a key nobody has.
    #[must_use]
    pub fn renamed(mut self) -> Self {
        self.kid = Uuid::new_v4().to_string();
        self
    }

    /// A publishable API key in the hosted form, always the same for the same signing key.
    pub(crate) fn publishable_key(&self) -> String {
        let digest = Sha256::digest(format!("publishable {}", self.kid));
        let text = URL_SAFE_NO_PAD.encode(digest);
        format!("sb_publishable_{}_{}", &text[..22], &text[22..30])
    }

    /// A secret API key in the hosted form, of what only this project knows.
    pub(crate) fn service_key(&self) -> Result<String, StackError> {
        let digest = Sha256::digest(format!("service {}", self.private_pem()?));
        let text = URL_SAFE_NO_PAD.encode(digest);
        Ok(format!("sb_secret_{}_{}", &text[..22], &text[22..30]))
    }
}

fn unusable(reason: impl ToString) -> StackError {
    StackError::SigningKey { reason: reason.to_string() }
}
