using Offerbook.Apps.Core;
using Offerbook.Storage.Formats;

namespace Offerbook.Apps.Tests.Http;

/// <summary>/offerbook/v1/format</summary>
public sealed class FormatTests : ApiFixture
{
    private const string Path = "/offerbook/v1/format";

    protected override AppsSettings Settings => AppsSettings.Default with { Format = new FormatSupport(2, "0.9.0") };

    [Test]
    public async Task Level_IsRaisedOnce_AndStays()
    {
        Assert.That((await GetAsync(Path)).Json.ToString(Newtonsoft.Json.Formatting.None),
            Is.EqualTo("""{"level":1,"newest":2,"build":"0.9.0"}"""));
        Assert.That((int)(await SendAsync("POST", Path + "?level=2")).Json["level"]!, Is.EqualTo(2));
        await RestartAsync();
        Assert.That((int)(await GetAsync(Path)).Json["level"]!, Is.EqualTo(2));
        Assert.That((await SendAsync("POST", Path + "?level=1")).Status, Is.EqualTo(409));
        Assert.That((await SendAsync("POST", Path + "?level=3")).Message, Does.Contain("knows the format levels up to 2"));
    }

    [TestCase("")]
    [TestCase("?level=")]
    [TestCase("?level=two")]
    [TestCase("?level=-1")]
    public async Task Raise_WithoutALevel_IsRefused(string query)
    {
        var answer = await SendAsync("POST", Path + query);
        Assert.That((answer.Status, answer.Message),
            Is.EqualTo((400, "The query parameter level is needed: the format level to raise the journal to, a whole number.")));
    }
}
