using System.Text;
using Mesos.V1.Scheduler;
using Offerbook.Conformance.Kit;
using Type = Mesos.V1.Scheduler.Call.Types.Type;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>Requests to the scheduler endpoint that are answered before any framework is looked at.</summary>
public static class RequestCases
{
    private const string Revive = """{"framework_id": {"value": "nobody"}, "type": "REVIVE"}""";

    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Scheduler_NoContentType_IsRefused", NoContentType) { Numbers = [2] },
        new("Scheduler_JsonThatIsNoCall_IsRefused", JsonThatIsNoCall) { Numbers = [3] },
        new("Scheduler_GarbageBody_IsRefused", GarbageBody) { Numbers = [4] },
        new("Scheduler_UnknownContentType_IsRefused", UnknownContentType) { Numbers = [5] },
        new("Scheduler_GetAndPut_AreRefused", OtherMethods) { Numbers = [13] },
        new("Scheduler_UnknownAccept_IsRefused", NotAcceptable) { Numbers = [10] },
        new("Scheduler_NoAcceptOrAny_IsAnsweredInJson", DefaultAccept) { Numbers = [11, 12] },
        new("Scheduler_CallOfUnknownFramework_IsRefused", UnknownFramework),
        new("Scheduler_CallWithoutBody_NamesWhatIsMissing", MissingBodies),
        new("Scheduler_CallWithoutType_IsRefused", MissingType),
        new("Scheduler_SubscribeWithStreamId_IsRefused", SubscribeWithStreamId) { Numbers = [8] },
    ];

    private static async Task NoContentType(CaseContext context)
    {
        var answer = await context.Http.SendAsync(HttpMethod.Post, ScriptedScheduler.Path, Encoding.UTF8.GetBytes(Revive));
        Same(answer, 400, "Expecting 'Content-Type' to be present");
    }

    private static async Task JsonThatIsNoCall(CaseContext context)
    {
        Same(await context.Http.PostJsonAsync(ScriptedScheduler.Path, "[]"), 400,
            "Failed to convert JSON into Call protobuf: Expecting a JSON object");
        Same(await context.Http.PostJsonAsync(ScriptedScheduler.Path, """{"framework_id": {}, "type": "REVIVE"}"""), 400,
            "Failed to convert JSON into Call protobuf: Missing required fields: framework_id.value");
        Same(await context.Http.PostJsonAsync(ScriptedScheduler.Path,
            """{"type": "SUBSCRIBE", "subscribe": {"framework_info": {"name": "x"}}}"""), 400,
            "Failed to convert JSON into Call protobuf: Missing required fields: subscribe.framework_info.user");
    }

    private static async Task GarbageBody(CaseContext context)
    {
        var json = await context.Http.PostJsonAsync(ScriptedScheduler.Path, "{not json");
        Expect.Equal(json.Status, 400, "the status");
        Expect.Contains(json.Text, "Failed to parse body into JSON: ", "the text");
        var protobuf = await context.Http.SendAsync(HttpMethod.Post, ScriptedScheduler.Path, [0xff, 0xff, 0xff], "application/x-protobuf",
            "application/x-protobuf");
        Same(protobuf, 400, "Failed to parse body into Call protobuf");
    }

    private static async Task UnknownContentType(CaseContext context)
    {
        var answer = await context.Http.SendAsync(HttpMethod.Post, ScriptedScheduler.Path, Encoding.UTF8.GetBytes(Revive), "text/plain");
        Same(answer, 415, "Expecting 'Content-Type' of application/json or application/x-protobuf");
    }

    private static async Task OtherMethods(CaseContext context)
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put })
        {
            var answer = await context.Http.SendAsync(method, ScriptedScheduler.Path);
            Same(answer, 405, $"405 Method Not Allowed. Expecting one of {{ 'POST' }}, but received '{method}'.");
            Expect.Equal(string.Join(",", answer.ContentHeaders.Allow), "POST", "the header Allow");
        }
    }

    private static async Task NotAcceptable(CaseContext context)
    {
        var answer = await context.Http.PostJsonAsync(ScriptedScheduler.Path, SubscribeText(context), accept: "text/html");
        Same(answer, 406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");
    }

    private static async Task DefaultAccept(CaseContext context)
    {
        foreach (var accept in new[] { null, "*/*" })
        {
            var answer = await context.Http.PostJsonAsync(ScriptedScheduler.Path, SubscribeText(context), accept);
            Expect.Equal(answer.Status, 200, "the status");
            Expect.That(answer.IsStream, "a chunked answer");
            Expect.Equal(answer.ContentType?.MediaType, "application/json", "the content type");
        }
    }

    private static async Task UnknownFramework(CaseContext context)
    {
        var scheduler = context.NewScheduler();
        await scheduler.ExpectAsync(new Call { Type = Type.Revive, FrameworkId = new() { Value = "nobody" } }, 400,
            "Framework cannot be found");
    }

    private static async Task MissingBodies(CaseContext context)
    {
        var scheduler = context.NewScheduler();
        (Type Type, string Field)[] bodies =
        [
            (Type.Accept, "accept"), (Type.Decline, "decline"), (Type.AcceptInverseOffers, "accept_inverse_offers"),
            (Type.DeclineInverseOffers, "decline_inverse_offers"), (Type.Kill, "kill"), (Type.Shutdown, "shutdown"),
            (Type.Acknowledge, "acknowledge"), (Type.AcknowledgeOperationStatus, "acknowledge_operation_status"),
            (Type.Reconcile, "reconcile"), (Type.ReconcileOperations, "reconcile_operations"), (Type.Message, "message"),
            (Type.Request, "request"), (Type.UpdateFramework, "update_framework"),
        ];
        foreach (var (type, field) in bodies)
        {
            await scheduler.ExpectAsync(new Call { Type = type, FrameworkId = new() { Value = "nobody" } }, 400,
                $"Failed to validate scheduler::Call: Expecting '{field}' to be present");
        }
        await scheduler.ExpectAsync(new Call { Type = Type.Subscribe }, 400,
            "Failed to validate scheduler::Call: Expecting 'subscribe' to be present");
        await scheduler.ExpectAsync(new Call { Type = Type.Revive }, 400,
            "Failed to validate scheduler::Call: Expecting 'framework_id' to be present");
    }

    private static async Task MissingType(CaseContext context) =>
        await context.NewScheduler().ExpectAsync(new Call { FrameworkId = new() { Value = "nobody" } }, 400,
            "Failed to validate scheduler::Call: Expecting 'type' to be present");

    private static async Task SubscribeWithStreamId(CaseContext context)
    {
        var answer = await context.Http.PostJsonAsync(ScriptedScheduler.Path, SubscribeText(context), streamId: "something");
        Same(answer, 400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
    }

    /// <summary>A framework that is gone as soon as its stream is.</summary>
    private static string SubscribeText(CaseContext context) =>
        """{"type": "SUBSCRIBE", "subscribe": {"framework_info": {"user": "root", "name": "NAME", "role": "*"}}}""".Replace("NAME",
            context.Unique("raw"));

    private static void Same(RawAnswer answer, int status, string text)
    {
        Expect.Equal(answer.Status, status, "the status");
        Expect.Equal(answer.Text, text, "the text");
        Expect.Equal(answer.ContentType?.ToString(), "text/plain; charset=utf-8", "the content type");
    }
}
