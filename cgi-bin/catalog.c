/* catalog: what everybody may see of categories and products. */
#include "services/category.h"
#include "services/product.h"
#include "services/product_list.h"
#include "services/product_shape.h"
#include "services/search.h"
#include "web/request.h"

#define S struct category_query
static const struct field category_query_fields[] = {
	IN_PAGE_OF(CATEGORY_PAGE_SIZE_MAX),
	{ 0 },
};
#undef S

#define S struct product_get
static const struct field product_get_fields[] = {
	IN_UUID(id, OPTIONAL, "The product's id; or give slug"),
	IN_TEXT(slug, OPTIONAL, 1, TEXT_MAX,
	    "Its name in addresses; or give id"),
	{ 0 },
};
#undef S

#define S struct product_query
#define IN_CATEGORY                                                          \
	IN_TEXT(category, OPTIONAL, 1, TEXT_MAX,                             \
	    "Slug or id of a category; all below it belong to it")
#define IN_SELLER                                                            \
	IN_TEXT(seller, OPTIONAL, 1, TEXT_MAX, "Slug or id of a store")
#define IN_NARROW                                                            \
	IN_CATEGORY,                                                         \
	    IN_TEXTS(brand, OPTIONAL, 20,                                    \
		"Brand, in any case; repeated: any of them"),                \
	    IN_SELLER,                                                       \
	    IN_OPT_I64(min_price, 0, INT64_MAX,                              \
		"Lowest price, in minor units"),                             \
	    IN_OPT_I64(max_price, 0, INT64_MAX,                              \
		"Highest price, in minor units"),                            \
	    IN_OPT_I64(rating, 1, 5, "Stars on average, at least"),          \
	    IN_BOOL(in_stock, OPTIONAL,                                      \
		"true: only what can be bought now"),                        \
	    IN_ATTRS(attr,                                                   \
		"An attribute, as attr.NAME=VALUE; one name "                \
		"repeated: any of its values"),                              \
	    IN_BOOL(facets, OPTIONAL,                                        \
		"true: with facets, counted over the newest 1,000 matches")

static const struct field product_list_fields[] = {
	IN_CATEGORY,
	IN_SELLER,
	IN_ENUM(sort, DEFAULT(0), product_sorts, "Order"),
	IN_PAGE,
	{ 0 },
};

static const struct field product_filter_fields[] = {
	IN_NARROW,
	IN_ENUM(sort, DEFAULT(0), product_sorts, "Order"),
	IN_PAGE,
	{ 0 },
};

static const struct field product_search_fields[] = {
	IN_TEXT(q, REQUIRED, 1, TEXT_MAX, "What to look for",
	    .example = "cotton shirt"),
	IN_NARROW,
	IN_ENUM(sort, DEFAULT(0), search_sorts, "Order"),
	IN_PAGE,
	{ 0 },
};

static const struct field product_suggest_fields[] = {
	IN_TEXT(q, REQUIRED, 1, TEXT_MAX,
	    "What was typed so far; the last word may be unfinished",
	    .example = "cotton sh"),
	{ 0 },
};
#undef S

static enum err
categories_list_get(struct request *rq)
{
	struct page_out page;

	TRY(category_list(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
products_list_get(struct request *rq)
{
	struct product_filter f;
	struct page_out page;

	TRY(product_filter_resolve(&rq->ctx, rq->in, &f));
	TRY(product_list(&rq->ctx, &f, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

/* The page, with facets where they were asked for. */
static enum err
reply_products(struct request *rq, const struct product_filter *f,
    const struct page_out *page)
{
	const char *facets;

	if (!f->query->facets) {
		reply_page(rq, page);
		return OK;
	}
	TRY(product_facets(&rq->ctx, f, &facets));
	reply_page_with(rq, page, "facets", facets);
	return OK;
}

static enum err
products_filter_get(struct request *rq)
{
	struct product_filter f;
	struct page_out page;

	TRY(product_filter_resolve(&rq->ctx, rq->in, &f));
	TRY(product_list(&rq->ctx, &f, rq->out, &page));
	return reply_products(rq, &f, &page);
}

static enum err
products_search_get(struct request *rq)
{
	struct product_filter f;
	struct page_out page;

	TRY(product_filter_resolve(&rq->ctx, rq->in, &f));
	TRY(search_products(&rq->ctx, &f, rq->out, &page));
	return reply_products(rq, &f, &page);
}

static enum err
products_suggest_get(struct request *rq)
{
	const struct product_query *in = rq->in;

	return search_suggest(&rq->ctx, in->q, rq->out);
}

static enum err
products_detail_get(struct request *rq)
{
	return product_detail(&rq->ctx, rq->in, rq->out);
}

static const struct route routes[] = {
	{
	    .method = GET,
	    .path = "/api/categories/list/",
	    .summary = "All categories, as a tree by parent_id",
	    .allow = PUBLIC,
	    .idempotency = IDEMPOTENCY_NONE,
	    .hot = true,
	    INPUT(category_query),
	    .status = 200,
	    .out = &category_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = categories_list_get,
	},
	{
	    .method = GET,
	    .path = "/api/products/list/",
	    .summary = "Products, newest first or in another order",
	    .allow = PUBLIC | CALLER_OPTIONAL,
	    .idempotency = IDEMPOTENCY_NONE,
	    .hot = true,
	    .in = product_list_fields,
	    .in_size = sizeof(struct product_query),
	    .status = 200,
	    .out = &product_summary_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = products_list_get,
	},
	{
	    .method = GET,
	    .path = "/api/products/detail/",
	    .summary = "One product in full, by id or slug",
	    .allow = PUBLIC | CALLER_OPTIONAL,
	    .idempotency = IDEMPOTENCY_NONE,
	    .hot = true,
	    INPUT(product_get),
	    .status = 200,
	    .out = &product_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = products_detail_get,
	},
	{
	    .method = GET,
	    .path = "/api/products/search/",
	    .summary = "Products by words, typing errors forgiven",
	    .description =
		"Products that have all words of q. By relevance, "
		"the newest 500 matches are ranked, after them the next 500, and "
		"so on. Where nothing matches, words that no product has are "
		"replaced by words like them. Caller: public.",
	    .allow = PUBLIC | CALLER_OPTIONAL,
	    .idempotency = IDEMPOTENCY_NONE,
	    .hot = true,
	    .limit = LIMIT_SEARCH,
	    .in = product_search_fields,
	    .in_size = sizeof(struct product_query),
	    .status = 200,
	    .out = &product_summary_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = products_search_get,
	},
	{
	    .method = GET,
	    .path = "/api/products/filter/",
	    .summary = "Products by category, brand, price and more",
	    .description =
		"Filters of different names must all hold. With "
		"facets=true, categories, brands, ratings (at least so many "
		"stars) and the range of prices are counted over the newest "
		"1,000 matches. Caller: public.",
	    .allow = PUBLIC | CALLER_OPTIONAL,
	    .idempotency = IDEMPOTENCY_NONE,
	    .hot = true,
	    .in = product_filter_fields,
	    .in_size = sizeof(struct product_query),
	    .status = 200,
	    .out = &product_summary_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = products_filter_get,
	},
	{
	    .method = GET,
	    .path = "/api/products/suggest/",
	    .summary = "How what is being typed may go on",
	    .allow = PUBLIC | CALLER_OPTIONAL,
	    .idempotency = IDEMPOTENCY_NONE,
	    .hot = true,
	    .in = product_suggest_fields,
	    .in_size = sizeof(struct product_query),
	    .status = 200,
	    .out = &suggestions_shape,
	    .handler = products_suggest_get,
	},
};

APP("catalog", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
