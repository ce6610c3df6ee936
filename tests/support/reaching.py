"""Sixty ways in which markup reaches for something outside itself, and a host that remembers who asked it."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

REACHING = {
    "image": '<img src="{url}">',
    "image of a set": '<img srcset="{url} 2x">',
    "object": '<object data="{url}"></object>',
    "embed": '<embed src="{url}">',
    "style sheet": '<link rel="stylesheet" href="{url}">',
    "import": "<style>@import url({url});</style>",
    "background": '<p style="background:url({url})">x</p>',
    "list mark": '<ul style="list-style-image:url({url})"><li>x</ul>',
    "content": "<style>p::before{{content:url({url})}}</style><p>x</p>",
    "font": '<style>@font-face{{font-family:F;src:url({url})}}</style><p style="font-family:F">x</p>',
    "border": '<p style="border-image-source:url({url});border:1px solid">x</p>',
    "page": "<style>@page{{background:url({url})}}</style>",
    "colour profile": "<style>@color-profile --p{{src:url({url})}}</style><p style='color:color(--p 1 0 0)'>x</p>",
    "attachment": '<link rel="attachment" href="{url}">',
    "attached link": '<a rel="attachment" href="{url}">x</a>',
    "svg image": '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image href="{url}" xlink:href="{url}"/></svg>',
    "svg use": '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><use href="{url}#a" xlink:href="{url}#a"/></svg>',
    "svg style": '<svg><style>@import url({url});</style><rect width="9" height="9" fill="url({url}#p)"/></svg>',
    "base": '<base href="{url}/"><img src="x.png">',
    "frame": '<iframe src="{url}"></iframe>',
    "video": '<video src="{url}" poster="{url}"></video>',
    "input": '<input type="image" src="{url}">',
    "xinclude": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{url}"/>',
    "entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]><p>&e;</p>',
    "mask": '<p style="mask:url({url})">x</p>',
    "image in a picture": '<picture><source srcset="{url}"><img src="{url}" alt="x"></picture>',
    "lazy image": '<img loading="lazy" src="{url}" alt="x">',
    "style attribute": "<p style='background-image:url(\"{url}\")'>x</p>",
    "cursor": '<p style="cursor:url({url}),auto">x</p>',
    "shape": '<p style="shape-outside:url({url});float:left">x</p>',
    "filter": '<p style="filter:url({url}#f)">x</p>',
    "clip": '<p style="clip-path:url({url}#c)">x</p>',
    "image set": '<p style="background:image-set(url({url}) 1x)">x</p>',
    "marker": "<style>li::marker{{content:url({url})}}</style><ul><li>x</ul>",
    "margin box": "<style>@page{{@top-left{{content:url({url})}}}}</style>",
    "named page": "<style>@page x{{background:url({url})}}p{{page:x}}</style><p>x</p>",
    "footnote": "<style>p{{float:footnote}}p::footnote-marker{{content:url({url})}}</style><p>x</p>",
    "supports": "<style>@supports (color:red){{@import url({url});}}</style>",
    "media": "<style>@media print{{p{{background:url({url})}}}}</style><p>x</p>",
    "layered import": "<style>@import url({url}) layer(x);</style>",
    "import of a string": '<style>@import "{url}";</style>',
    "namespace": "<style>@namespace url({url});</style>",
    "variable": "<style>p{{--u:url({url});background:var(--u)}}</style><p>x</p>",
    "counter style": "<style>@counter-style c{{symbols:url({url})}}li{{list-style:c}}</style><ul><li>x</ul>",
    "print style sheet": '<link rel="stylesheet" media="print" href="{url}">',
    "other style sheet": '<link rel="alternate stylesheet" href="{url}">',
    "icon": '<link rel="icon" href="{url}">',
    "preload": '<link rel="preload" as="image" href="{url}">',
    "prefetch": '<link rel="dns-prefetch" href="{url}">',
    "manifest": '<link rel="manifest" href="{url}">',
    "refresh": '<meta http-equiv="refresh" content="0;url={url}">',
    "script": '<script src="{url}"></script>',
    "module": '<script type="module">import "{url}"</script>',
    "old frame": '<frameset><frame src="{url}"></frameset>',
    "applet": '<applet code="{url}" archive="{url}"></applet>',
    "body": '<body background="{url}">x</body>',
    "table": '<table background="{url}"><tr><td background="{url}">x</table>',
    "audio": '<audio src="{url}"></audio>',
    "track": '<video><track src="{url}"></video>',
    "svg in svg": '<svg xmlns="http://www.w3.org/2000/svg"><feImage href="{url}"/><script href="{url}"/></svg>',
}
"""What it reaches with -> the markup, with `{url}` for what it reaches for."""


@contextmanager
def a_host() -> Iterator[tuple[str, list[str]]]:
    """A web server on loopback that remembers who asked."""
    asked: list[str] = []

    class Remembers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Remembers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()
