import threading, json, pathlib
from datetime import timedelta
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.contrib.staticfiles.handlers import StaticFilesHandler
from duecare.ledger import sealing
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.ledger.models import Entry
from duecare.program.assessing import assess
from tests.people import browser, sign_in
from tests.systems.test_pages import known, told

def test_shots(home):
    import os
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="1"
    import axe_playwright_python
    axe=next(pathlib.Path(axe_playwright_python.__file__).parent.glob("*axe*.js")).read_text()
    problems=[{"what":"/etc/shadow","reason":"permission denied"}]
    h=known("web-1.clinic.example",{"firewall.active":False,"accounts.state":"partial","accounts.problems":problems,"sshd.state":"absent","sshd.installed":False},more_as_root=["password ages (/etc/shadow)"])
    known("db-1.clinic.example",ago=timedelta(days=9))
    assess("terminal:anna",utc_now())
    known("late-1.clinic.example")
    client=browser(); sign_in(client,Role.OWNER)
    sealing.checkpoint()
    e=Entry.objects.filter(kind="systems.report").order_by("index").first()
    from duecare.systems.actions import take_in_report
    from duecare.program.judgement import Grade
    take_in_report(told("web-1.clinic.example"),"terminal:anna",utc_now(),Grade.IMPORTED)
    changed=Entry.objects.filter(kind="systems.report",action="changed").order_by("-index").first()
    class Quiet(WSGIRequestHandler):
        def log_message(self,*a): pass
    server=ThreadedWSGIServer(("127.0.0.1",0),Quiet); server.daemon_threads=True; server.set_app(StaticFilesHandler(WSGIHandler()))
    threading.Thread(target=server.serve_forever,daemon=True).start()
    base=f"http://localhost:{server.server_address[1]}"
    pages={"ledger":"/ledger/","entry":f"/ledger/{changed.index}/","proof":f"/ledger/{e.index}/proof/","uncovered":f"/ledger/{changed.index}/proof/","hosts":"/systems/","host":f"/systems/{h.pk}/","import":"/systems/import/","remove":f"/systems/{h.pk}/remove/","past":f"/ledger/{e.index}/?as_of="+utc_now().isoformat().replace("+","%2B")}
    from playwright.sync_api import sync_playwright
    with sync_playwright() as p:
        b=p.chromium.launch(executable_path="/usr/bin/chromium",args=["--no-sandbox","--disable-background-networking"])
        for scheme in ("light","dark"):
            for width in (1280,375):
                c=b.new_context(color_scheme=scheme,viewport={"width":width,"height":900})
                c.add_cookies([{"name":"sessionid","value":client.cookies["sessionid"].value,"url":base}])
                for name,url in pages.items():
                    pg=c.new_page(); msgs=[]
                    pg.on("console",lambda m:msgs.append(m.text)); pg.goto(base+url)
                    pg.evaluate(axe)
                    r=pg.evaluate("axe.run()")
                    wide=pg.evaluate("document.documentElement.scrollWidth")
                    print(name,scheme,width,"scroll",wide,[ (v["id"],[n["html"][:150] for n in v["nodes"]][:3]) for v in r["violations"]],msgs)
                    if scheme=="light" or name=="host": pg.screenshot(path=f"/tmp/h7shots/{name}-{scheme}-{width}.png",full_page=True)
                    pg.close()
                c.close()
        b.close()
    server.shutdown()
