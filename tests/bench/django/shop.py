"""The list of products by Django and its REST framework, as one who knows both
would write it: no middleware, one query with its joins and only the columns that
are shown, kept connections, a keyset instead of an offset."""

import base64
import os

from django.conf import settings

settings.configure(
    SECRET_KEY="of a measurement",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="shop",
    MIDDLEWARE=[],
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PGDATABASE"],
            "USER": os.environ["PGUSER"],
            "HOST": os.environ["PGHOST"],
            "CONN_MAX_AGE": None,
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
)

import django  # noqa: E402

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

PAGE = 20


class Category(models.Model):
    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    slug = models.TextField()

    class Meta:
        app_label, db_table, managed = "shop", "category", False


class Seller(models.Model):
    id = models.UUIDField(primary_key=True)
    store_name = models.TextField()
    slug = models.TextField()

    class Meta:
        app_label, db_table, managed = "shop", "seller", False


class Product(models.Model):
    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    slug = models.TextField()
    brand = models.TextField(null=True)
    category = models.ForeignKey(Category, models.DO_NOTHING)
    seller = models.ForeignKey(Seller, models.DO_NOTHING)
    price = models.BigIntegerField()
    compare_at_price = models.BigIntegerField(null=True)
    currency = models.TextField()
    rating_tenths = models.IntegerField()
    rating_count = models.BigIntegerField()
    in_stock = models.BooleanField()
    image = models.TextField(null=True)
    is_listed = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta:
        app_label, db_table, managed = "shop", "product", False


class CategorySerializer(serializers.ModelSerializer):
    class Meta:
        model, fields = Category, ["id", "name", "slug"]


class SellerSerializer(serializers.ModelSerializer):
    class Meta:
        model, fields = Seller, ["id", "store_name", "slug"]


class ProductSerializer(serializers.ModelSerializer):
    category = CategorySerializer()
    seller = SellerSerializer()
    rating = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = [
            "id", "name", "slug", "brand", "category", "seller", "price", "compare_at_price",
            "currency", "rating", "rating_count", "in_stock", "image", "created_at",
        ]

    def get_rating(self, product):
        return product.rating_tenths / 10


class ProductList(APIView):
    shown = Product.objects.filter(is_listed=True).select_related("category", "seller").only(
        "id", "name", "slug", "brand", "price", "compare_at_price", "currency", "rating_tenths",
        "rating_count", "in_stock", "image", "created_at", "category__name", "category__slug",
        "seller__store_name", "seller__slug",
    ).order_by("-id")

    def get(self, request):
        products = self.shown.all()
        cursor = request.query_params.get("cursor")
        if cursor:
            text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
            products = products.filter(id__lt=text.partition("|")[2])
        rows = list(products[: PAGE + 1])
        last = rows[PAGE - 1] if len(rows) > PAGE else None
        following = last and base64.urlsafe_b64encode(f">-created_at|{last.id}".encode()).decode()
        return Response({
            "next": following and f"/api/products/list/?cursor={following.rstrip('=')}",
            "results": ProductSerializer(rows[:PAGE], many=True).data,
        })


urlpatterns = [path("api/products/list/", ProductList.as_view())]
application = get_wsgi_application()
