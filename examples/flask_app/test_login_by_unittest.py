import threading
import unittest

import propusk
import requests
from app import create_app
from werkzeug.serving import make_server


class LoginTest(unittest.TestCase):
    def setUp(self):
        self.esia = self.enterContext(propusk.sandbox())
        self.browser = self.enterContext(requests.Session())

    def test_a_citizen_signs_in_to_the_served_application(self):
        address = self.serve()
        vera = self.esia.citizen(given_name="Вера", family_name="Ромашкина")

        answer = self.esia.sign_in(self.browser, f"{address}/login", as_=vera)

        self.assertIn("Здравствуйте, Ромашкина Вера", answer.text)

    def serve(self):
        """Serve the application at a free port until the test ends."""
        server = make_server("localhost", 0, app=None, threaded=True)
        address = f"http://localhost:{server.port}"
        client = self.esia.client(f"{address}/callback")
        server.app = create_app(self.esia.issuer, client.client_id, client.client_secret)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        return address
