from __future__ import annotations

from django.urls import path

from duecare.patching.bills import views as bill_views
from duecare.patching.software import views as software_views
from duecare.patching.weaknesses import views as weak_views

urlpatterns = [
    path("weaknesses/", weak_views.weaknesses, name="weaknesses"),
    path("weaknesses/<path:name>/", weak_views.advisory, name="advisory"),
    path("products/", bill_views.products, name="products"),
    path("products/add/", bill_views.product_add, name="product-add"),
    path("products/asked/", bill_views.asked, name="products-asked"),
    path("products/<str:key>/", bill_views.product, name="product"),
    path("products/<str:key>/change/", bill_views.product_change, name="product-change"),
    path("products/<str:key>/end/", bill_views.product_end, name="product-end"),
    path("products/<str:key>/resume/", bill_views.product_resume, name="product-resume"),
    path("products/<str:key>/bills/add/", bill_views.bill_add, name="bill-add"),
    path("products/<str:key>/bills/<str:bill>/file", bill_views.bill_file, name="bill-file"),
    path("products/<str:key>/bills/<str:bill>/confirm/", bill_views.bill_confirm, name="bill-confirm"),
    path("products/<str:key>/bills/<str:bill>/undo/", bill_views.bill_undo, name="bill-undo"),
    path("software/", software_views.software, name="software"),
    path("software/asked/", software_views.asked, name="software-asked"),
    path("software/hosts/<str:key>/", software_views.host_software, name="host-software"),
    path("software/<str:key>/", software_views.package, name="package"),
]
