using System.Runtime.CompilerServices;
using Offerbook.Apps.Hosting;
using Offerbook.Apps.Hosting.Flags;

namespace Offerbook.Apps.Tests.Hosting;

public sealed class AppsFlagsTests
{
    private static readonly AppsOptions s_options = new("/tmp/none", [new Uri("http://127.0.0.1:1")]);

    [Test]
    public void Flags_All_AreDocumented()
    {
        var text = File.ReadAllText(DocPath());
        Assert.That(
            AppsFlags.Set.All.Where(flag =>
                !text.Contains($"| `{flag.Name}` | {(flag.Note.Length > 0 ? flag.Note : "As its name says")} |", StringComparison.Ordinal))
            .Select(flag => flag.Name), Is.Empty);
    }

    [TestCase("access_control_allow_origin", "http://a, http://b", "http://a,http://b")]
    [TestCase("http_max_concurrent_requests", "7", "7")]
    [TestCase("disable_http_compression", "true", "true")]
    [TestCase("enable_features", "secrets,vips", "secrets")]
    [TestCase("new_group_enforce_role", "top", "top")]
    [TestCase("max_running_deployments", "3", "3")]
    [TestCase("mesos_role", "web", "web")]
    [TestCase("local_port_min", "11000", "11000")]
    [TestCase("failover_timeout", "60", "60")]
    public void Flag_Given_IsInEffect(string name, string value, string shown) =>
        Assert.That(AppsFlags.Set.Effective(Apply(name, value)).Single(flag => flag.Key == name).Value, Is.EqualTo(shown));

    [TestCase("http_max_concurrent_requests", "0")]
    [TestCase("http_credentials", "nobody")]
    [TestCase("http_credentials", "/does/not/exist")]
    [TestCase("enable_features", "magic")]
    [TestCase("new_group_enforce_role", "all")]
    public void Flag_WithNonsense_IsRefusedByName(string name, string value) =>
        Assert.That(() => Apply(name, value), Throws.InstanceOf<FormatException>().With.Message.Contains(name));

    [Test]
    public void Credentials_GivenInAnyWay_AreNeverShown()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "ops s3cret\neve look:s\n");
            Assert.That(Apply("http_credentials", file).Api.Users,
                Is.EquivalentTo(new Dictionary<string, string> { ["ops"] = "s3cret", ["eve"] = "look:s" }));
            var one = Apply("http_credentials", "ops:s3:cret");
            Assert.That(one.Api.Users["ops"], Is.EqualTo("s3:cret"));
            Assert.That(AppsFlags.Set.Effective(one).Select(flag => flag.Value), Has.None.Contains("cret"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static AppsOptions Apply(string name, string value) =>
        AppsFlags.Set.Apply(AppsFlags.Set.All.Single(flag => flag.Name == name), value, s_options);

    private static string DocPath([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/operating/apps-flags.md");
}
