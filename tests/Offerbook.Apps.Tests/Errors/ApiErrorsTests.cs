using Newtonsoft.Json;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Json;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Errors;

/// <summary>Texts that client test suites compare byte for byte.</summary>
public sealed class ApiErrorsTests
{
    private static readonly PathId X = PathId.Parse("/x");

    private static IEnumerable<TestCaseData> Bodies()
    {
        yield return Case(ApiErrors.UnknownApp(X), 404, "{'message':'App '/x' does not exist'}");
        yield return Case(ApiErrors.UnknownApp(X, new Timestamp(0)), 404,
            "{'message':'App '/x' does not exist in version 1970-01-01T00:00:00.000Z'}");
        yield return Case(ApiErrors.UnknownGroup(X), 404, "{'message':'Group '/x' does not exist'}");
        yield return Case(ApiErrors.UnknownTask("t"), 404, "{'message':'Task 't' does not exist'}");
        yield return Case(ApiErrors.UnknownDeployment("d"), 404, "{'message':'DeploymentPlan d does not exist'}");
        yield return Case(ApiErrors.NotInQueue(X), 404, "{'message':'Application /x not found in tasks queue.'}");
        yield return Case(ApiErrors.AppExists(X), 409, "{'message':'An app with id [/x] already exists.'}");
        yield return Case(ApiErrors.GroupExists(X), 409, "{'message':'Group /x is already created. Use PUT to change this group.'}");
        yield return Case(ApiErrors.AppAtGroupPath(X), 409, "{'message':'An app with the path /x already exists.'}");
        yield return Case(ApiErrors.Locked(["d1"]), 409,
            "{'message':'App is locked by one or more deployments. Override with the option '?force=true'. "
            + "View details at '/v2/deployments/<DEPLOYMENT_ID>'.','deployments':[{'id':'d1'}]}");
        yield return Case(ApiErrors.NoFreeServicePort(10_000, 20_000), 500,
            "{'message':'All ports in the range [10000-20000) are already in use'}");
        yield return Case(ApiErrors.NotTopLevel(), 422, "{'message':'Path needs to be top-level'}");
        yield return Case(ApiErrors.InvalidTimestamp("x"), 422,
            "{'message':'Invalid timestamp provided 'x'. Expecting ISO-8601 datetime string.'}");
        yield return Case(ApiErrors.NotValid("/a", "b"), 422, "{'message':'Object is not valid','details':[{'path':'/a','errors':['b']}]}");
    }

    [TestCaseSource(nameof(Bodies))]
    public void Body_OfRefusal_IsExact(ApiError error, int status, string body)
    {
        Assert.That(error.Status, Is.EqualTo(status));
        Assert.That(error.Body.ToString(Formatting.None).Replace('"', '\''), Is.EqualTo(body));
    }

    [Test]
    public void BrokenJson_Body_HasParserTextAsString()
    {
        var error = Documents.ReadApp("{\"id\": \"/x\",}"u8).Error!;
        Assert.That(error.Status, Is.EqualTo(400));
        Assert.That((string?)error.Body["message"], Is.EqualTo("Invalid JSON"));
        Assert.That((string?)error.Body["details"], Does.Contain("LineNumber: 0"));
    }

    [Test]
    public void EmptyBody_IsRefused_WithItsOwnMessage()
    {
        var error = Documents.ReadApp(" \n"u8).Error!;
        Assert.That((error.Status, error.Message), Is.EqualTo((400, "Please specify data in JSON format")));
    }

    private static TestCaseData Case(ApiError error, int status, string body) =>
        new TestCaseData(error, status, body).SetArgDisplayNames(error.Message);
}
