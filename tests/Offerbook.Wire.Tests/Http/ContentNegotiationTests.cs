using Offerbook.Wire.Http;

namespace Offerbook.Wire.Tests.Http;

public sealed class ContentNegotiationTests
{
    [TestCase(null, MessageFormat.Json)]
    [TestCase("", MessageFormat.Json)]
    [TestCase("*/*", MessageFormat.Json)]
    [TestCase("application/*", MessageFormat.Json)]
    [TestCase("application/json", MessageFormat.Json)]
    [TestCase("APPLICATION/JSON", MessageFormat.Json)]
    [TestCase("application/json;q=0.5", MessageFormat.Json)]
    [TestCase("application/x-protobuf, application/json;q=0.1", MessageFormat.Json)]
    [TestCase("text/html, */*;q=0.8", MessageFormat.Json)]
    [TestCase("application/x-protobuf", MessageFormat.Protobuf)]
    [TestCase("application/json;q=0, application/x-protobuf", MessageFormat.Protobuf)]
    [TestCase("application/json; q=0.0, */*", MessageFormat.Protobuf)]
    public void Accept_OfWhatWeHave_ChoosesJsonFirst(string? accept, MessageFormat expected)
    {
        Assert.That(ContentNegotiation.TryChooseResponse(accept, out var format, out var refusal));
        Assert.That(format, Is.EqualTo(expected));
        Assert.That(refusal, Is.Null);
    }

    [TestCase("text/html")]
    [TestCase("text/*")]
    [TestCase("application/xml, text/plain")]
    [TestCase("*/*;q=0")]
    [TestCase("json")]
    [TestCase(",;,")]
    public void Accept_OfOthersOnly_Is406(string accept)
    {
        Assert.That(ContentNegotiation.TryChooseResponse(accept, out _, out var refusal), Is.False);
        Assert.That(refusal, Is.EqualTo(
            new HttpRefusal(406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'")));
    }
}
