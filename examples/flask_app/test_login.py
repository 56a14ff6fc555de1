from app import create_app


def test_a_citizen_signs_in(esia):
    client = esia.client("http://localhost/callback")
    app = create_app(esia.issuer, client.client_id, client.client_secret)
    vera = esia.citizen(given_name="Вера", family_name="Ромашкина")

    answer = esia.sign_in(app.test_client(), "/login", as_=vera, by="sms")

    assert "Здравствуйте, Ромашкина Вера" in answer.text
