using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Mesos.V1;
using Offerbook.Master.Http;
using Offerbook.Wire;

namespace Offerbook.Master.Tests.Http;

/// <summary>
/// The table of what is supported names everything that the protocol and the router have, and what it refuses is refused so.
/// </summary>
internal sealed partial class MesosApiDocumentTests
{
    private static readonly string[] Words = ["supported", "differs", "not supported", "not yet", "added"];

    private static readonly IReadOnlyList<Row> Rows = Read();

    private static IEnumerable<TestCaseData> Enums =>
    [
        Case("Scheduler calls", Mesos.V1.Scheduler.Call.Descriptor, "Type"),
        Case("Scheduler events", Mesos.V1.Scheduler.Event.Descriptor, "Type"),
        Case("Operations in ACCEPT", Offer.Types.Operation.Descriptor, "Type"),
        Case("Framework capabilities", FrameworkInfo.Types.Capability.Descriptor, "Type"),
        Case("Operator calls", Mesos.V1.Master.Call.Descriptor, "Type"),
        Case("Operator events", Mesos.V1.Master.Event.Descriptor, "Type"),
    ];

    private static IEnumerable<Row> Refused => Rows.Where(row => row.Here == "not supported" && row.Answer is not null);

    [TestCaseSource(nameof(Enums))]
    public void Table_HasOneRowForEachValue(string section, IReadOnlyList<string> names) =>
        Assert.That(Rows.Where(row => row.Section == section).Select(row => row.Name), Is.EquivalentTo(names));

    [Test]
    public void Table_NamesTheRoutesOfTheMasterAndNoOthersAsServed()
    {
        var routes = Rows.Where(row => row.Section == "Endpoints");
        Assert.That(routes.Where(row => row.Here != "not supported").Select(row => row.Name), Is.EquivalentTo(MasterRouter.Paths));
    }

    [Test]
    public void Table_SaysOfEachRowWhatItIs() =>
        Assert.That(Rows.Where(row => !Words.Contains(row.Here) || (row.Here == "differs" && row.Note.Length == 0)), Is.Empty);

    [Test]
    public async Task WhatTheTableRefuses_IsAnsweredAsItSays([Values] MessageFormat format)
    {
        await using var master = await MasterFixture.StartAsync();
        Assert.That(Refused.Count(), Is.GreaterThan(10));
        using var framework = await master.SubscribeAsync<Mesos.V1.Scheduler.Event>("/api/v1/scheduler", Subscribe(), format);
        var subscribed = await framework.NextAsync();
        foreach (var row in Refused)
        {
            using var answer = row.Section switch
            {
                "Endpoints" or "How requests are read and answered" => await master.Client.GetAsync(Path(row), master.Timeout),
                "Scheduler calls" => await master.PostAsync("/api/v1/scheduler", new Mesos.V1.Scheduler.Call
                {
                    Type = Enum.Parse<Mesos.V1.Scheduler.Call.Types.Type>(row.Name, ignoreCase: true),
                    FrameworkId = subscribed!.Subscribed.FrameworkId,
                }, format, framework.StreamId),
                "Operator calls" => await master.PostAsync("/api/v1",
                    new Mesos.V1.Master.Call { Type = Enum.Parse<Mesos.V1.Master.Call.Types.Type>(row.Name, ignoreCase: true) }, format),
                _ => throw new InvalidOperationException($"no way to send {row}"),
            };
            Assert.That(((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(master.Timeout)), Is.EqualTo(row.Answer),
                row.ToString());
        }
    }

    private static string Path(Row row) => row.Section == "Endpoints" ? row.Name : "/";

    private static Mesos.V1.Scheduler.Call Subscribe() => new()
    {
        Type = Mesos.V1.Scheduler.Call.Types.Type.Subscribe,
        Subscribe = new() { FrameworkInfo = new FrameworkInfo { User = "nobody", Name = "table" } },
    };

    private static TestCaseData Case(string section, MessageDescriptor of, string name) =>
        new TestCaseData(section, of.EnumTypes.Single(type => type.Name == name).Values.Select(value => value.Name).ToList())
            .SetArgDisplayNames(section);

    private static List<Row> Read([CallerFilePath] string here = "")
    {
        var rows = new List<Row>();
        var section = "";
        var document = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "../../../docs/using/mesos-api.md");
        foreach (var line in File.ReadLines(document))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                section = line[3..];
            }
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length == 5 && cells[2] is not ("here" or "---"))
            {
                rows.Add(new Row(section, cells[1].Trim('`'), cells[2], cells[3]));
            }
        }
        return rows;
    }

    [GeneratedRegex("([45][0-9][0-9]) `([^`]*)`")]
    private static partial Regex StatusAndText();

    private sealed record Row(string Section, string Name, string Here, string Note)
    {
        /// <summary>The first status with a text that the note gives.</summary>
        public (int, string)? Answer => StatusAndText().Match(Note) is { Success: true } match
            ? (int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), match.Groups[2].Value)
            : null;
    }
}
