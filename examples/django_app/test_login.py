from django.test import Client


def test_a_citizen_signs_in(provider):
    vera = provider.citizen(email="romashka@example.test")

    answer = provider.sign_in(Client(), "/oidc/authenticate/", as_=vera, by="sms")

    assert answer.content.decode() == "Вы вошли: romashka@example.test"
