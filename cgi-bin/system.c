/* system: whether it runs, what it offers, and what nobody else answers. */
#include "services/system.h"
#include "web/request.h"

static enum err
health_get(struct request *rq)
{
	system_health(rq->out);
	return OK;
}

static enum err
ready_get(struct request *rq)
{
	rq->status = system_ready(&rq->ctx, rq->out);
	return OK;
}

static enum err
schema_get(struct request *rq)
{
	return system_schema(&rq->ctx, rq->out);
}

static const struct route routes[] = {
	{
	    .method = GET,
	    .path = "/api/health/",
	    .summary = "Liveness",
	    .allow = PUBLIC,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out = &health_shape,
	    .handler = health_get,
	},
	{
	    .method = GET,
	    .path = "/api/health/ready/",
	    .summary = "Readiness: database, cache, migrations, jobs",
	    .allow = PUBLIC,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .other_status = 503,
	    .out = &ready_shape,
	    .handler = ready_get,
	},
	{
	    .method = GET,
	    .path = "/schema/",
	    .summary = "This OpenAPI document",
	    .allow = PUBLIC,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out_kind = OUT_IS_PLAIN,
	    .handler = schema_get,
	},
};

APP("system", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
