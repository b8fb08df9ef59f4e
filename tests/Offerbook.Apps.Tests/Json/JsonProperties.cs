using FsCheck;
using FsCheck.Fluent;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Json;

public sealed class JsonProperties
{
    private static readonly string[] Members =
        JObject.Parse(WritingTests.FullApp).Properties().Select(member => member.Name).Append("ports").Append("uris").Append("ipAddress")
            .ToArray();

    /// <summary>Values of every kind, right and wrong, for any member.</summary>
    private static readonly Gen<JToken> Rubbish = Gen.Sized(size => Value(Math.Min(size, 4)));

    [Test]
    public void Read_RubbishBytes_NeverThrows() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        var (app, group) = (Documents.ReadApp(bytes ?? []), Documents.ReadGroup(bytes ?? []));
        return app.IsOk || app.Error.Status is 400 or 422 && (group.IsOk || group.Error.Status is 400 or 422);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Read_FullAppWithRubbishMembers_IsTakenOrRefusedCleanly() => Prop.ForAll(
        Gen.Elements(Members).SelectMany(name => Rubbish, (name, value) => (name, value)).ArrayOf(3).ToArbitrary(), changes =>
        {
            var json = JObject.Parse(WritingTests.FullApp);
            foreach (var (name, value) in changes)
            {
                json[name] = value.DeepClone();
            }
            var read = Documents.ReadApp(System.Text.Encoding.UTF8.GetBytes(json.ToString()));
            return read.IsOk
                ? IsStable(AppEdits.Create(RootGroup.Empty, read.Value, Everything).Value?.Apps[0]) : read.Error.Status is 400 or 422;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Test]
    public void Read_BytesTornOutOfAnApp_NeverThrows() => Prop.ForAll(
        Gen.Choose(0, WritingTests.FullApp.Length - 1).SelectMany(_ => Gen.Choose(1, 40), (start, length) => (start, length))
            .ToArbitrary(), cut =>
        {
            var text = WritingTests.FullApp.Remove(cut.start, Math.Min(cut.length, WritingTests.FullApp.Length - cut.start));
            var read = Documents.ReadApp(System.Text.Encoding.UTF8.GetBytes(text));
            return read.IsOk || read.Error.Status is 400 or 422;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static SpecSettings Everything { get; } = new()
    {
        Features = [Features.Secrets, Features.GpuResources, Features.ExternalVolumes],
        DefaultNetworkName = "n",
    };

    /// <summary>Writing and reading again changes nothing.</summary>
    private static bool IsStable(AppDefinition? app) =>
        app is null || JournaledApp.Read(Given.Token(AppWriter.Write(app).ToString())).Equals(app);

    private static Gen<JToken> Value(int depth)
    {
        var leaf = Gen.OneOf(
            Gen.Constant((JToken)JValue.CreateNull()),
            ArbMap.Default.GeneratorFor<bool>().Select(flag => (JToken)flag),
            Gen.Choose(-2, 70_000).Select(number => (JToken)number),
            ArbMap.Default.GeneratorFor<NormalFloat>().Select(number => (JToken)number.Get),
            Gen.Elements("", "a", "/a", "host", "container", "DOCKER", "HTTP", "COMMAND", "http", "*", "prod", "RW", "UNIQUE")
                .Select(text => (JToken)text));
        if (depth == 0)
        {
            return leaf;
        }
        var inner = Value(depth - 1);
        string[] names = ["name", "mode", "port", "containerPort", "hostPort", "labels", "protocol", "portIndex", "command", "value",
            "docker",
            "image", "type", "network", "portMappings", "volumes", "persistent", "size", "containerPath", "uri", "discovery", "ports",
            "number", "secret"];
        return Gen.OneOf(leaf,
            inner.ListOf().Select(items => (JToken)new JArray(items.Take(4))),
            Gen.Elements(names).SelectMany(_ => inner, (name, value) => (name, value)).ListOf().Select(pairs =>
            {
                var json = new JObject();
                foreach (var (name, value) in pairs.Take(6))
                {
                    json[name] = value;
                }
                return (JToken)json;
            }));
    }
}
