from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"Вы вошли: {request.user.email}" if request.user.is_authenticated else "Вы не вошли.")


urlpatterns = [path("", home), path("oidc/", include("mozilla_django_oidc.urls"))]
