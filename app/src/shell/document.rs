//! What does the server send before the page's program runs? A whole document with the page's outline.

use super::skeleton::PageSkeleton;
use leptos::attr::custom::custom_attribute;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// The addresses of the built page's parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageAssets {
    /// The module that loads the program.
    pub script: String,
    /// The program.
    pub wasm: String,
    /// The styles, in their order.
    pub styles: Vec<String>,
}

/// The document for this path. The only inline script carries the nonce of `leptos::nonce`.
pub fn document(assets: PageAssets, path: &str, title: &str) -> impl IntoView + use<> {
    let nonce = use_nonce();
    let script = start_script(&assets);
    let styles =
        assets.styles.into_iter().map(|href| view! { <link rel="stylesheet" href=href /> }).collect_view();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <title>{title.to_owned()}</title>
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" content={revos_ui::CANVAS_LIGHT} {..custom_attribute("media", "(prefers-color-scheme: light)")} />
                <meta name="theme-color" content={revos_ui::CANVAS_DARK} {..custom_attribute("media", "(prefers-color-scheme: dark)")} />
                <meta name="description" content="Clients, pipeline and finance of your organization, and how fresh they are." />
                {styles}
                <link rel="modulepreload" href=assets.script />
                <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                <script type="module" nonce=nonce inner_html=script></script>
            </head>
            <body>
                <div id="skeleton" aria-busy="true">
                    <noscript>
                        <p class="load-problem">"RevOS needs JavaScript. Allow it for this site and reload the page."</p>
                    </noscript>
                    <p class="load-problem" id="load-problem" role="alert" hidden>
                        "RevOS could not be loaded. Reload the page; if that does not help, tell your Admin."
                    </p>
                    <PageSkeleton path=path.to_owned() />
                </div>
            </body>
        </html>
    }
}

/// Applies the kept theme before the program is there, then loads and starts it.
fn start_script(assets: &PageAssets) -> String {
    let (script, wasm) = (text(&assets.script), text(&assets.wasm));
    format!(
        "try{{const t=localStorage.getItem('revos:theme');\
         if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}}catch{{}}\
         import({script}).then(m=>m.default({{module_or_path:{wasm}}}))\
         .catch(()=>{{const p=document.getElementById('load-problem');if(p)p.hidden=false}})"
    )
}

/// A text as a literal of the script; an address never ends the script element.
fn text(address: &str) -> String {
    serde_json::Value::from(address).to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(path: &str) -> String {
        let owner = Owner::new();
        owner.with(|| {
            leptos::nonce::provide_nonce();
            let assets = PageAssets {
                script: "/app-1.js".to_owned(),
                wasm: "/app-1_bg.wasm".to_owned(),
                styles: vec!["/tokens-1.css".to_owned()],
            };
            document(assets, path, "RevOS").to_html()
        })
    }

    #[test]
    fn has_one_script_with_a_nonce_and_no_inline_style() {
        let html = rendered("/clients");
        assert_eq!(html.matches("<script").count(), 1);
        assert!(html.contains("nonce=\""), "{html}");
        assert!(!html.contains("style=\"") && !html.contains("<style"), "{html}");
        assert!(html.contains("lang=\"en\"") && html.contains("href=\"/tokens-1.css\""));
        assert!(html.contains("import(\"/app-1.js\")"), "{html}");
    }

    #[test]
    fn draws_the_outline_of_the_requested_page() {
        assert!(rendered("/clients").contains("class=\"panels\""));
        assert!(!rendered("/sign-in").contains("class=\"panels\""));
    }

    #[test]
    fn an_address_cannot_end_the_script() {
        let assets = PageAssets { script: "</script>".to_owned(), ..PageAssets::default() };
        assert!(!start_script(&assets).contains("</script>"));
    }
}
