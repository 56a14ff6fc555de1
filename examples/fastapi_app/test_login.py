from app import create_app
from fastapi.testclient import TestClient


def test_a_citizen_signs_in(esia):
    client = esia.client("http://testserver/callback")
    app = create_app(esia.issuer, client.client_id, client.client_secret)
    vera = esia.citizen(given_name="Вера", family_name="Ромашкина")

    with TestClient(app) as browser:
        answer = esia.sign_in(browser, "/login", as_=vera, by="sms")

    assert "Здравствуйте, Ромашкина Вера" in answer.text
