using Newtonsoft.Json;
using Newtonsoft.Json.Converters;

namespace Offerbook.Chaos.Running;

/// <summary>Keeps what a run leaves to be looked at: the report, the whole history, and what the parts printed.</summary>
internal static class ReportFiles
{
    private static readonly JsonSerializerSettings Settings = new() { Converters = { new StringEnumConverter() } };

    public static string Write(ChaosReport report, string siteDirectory)
    {
        var directory = Directory.CreateDirectory(Path.Combine(report.Options.Output, $"{report.Options.Scenario}-{report.Options.Seed}"))
            .FullName;
        File.WriteAllLines(Path.Combine(directory, "report.txt"), report.Lines());
        WriteLines("calls", report.History.Calls);
        WriteLines("tasks", report.History.Lives);
        WriteLines("events", report.History.Events);
        WriteLines("faults", report.History.Faults);
        var logs = Directory.CreateDirectory(Path.Combine(directory, "logs")).FullName;
        foreach (var log in Directory.EnumerateFiles(Path.Combine(siteDirectory, "logs")))
        {
            File.Copy(log, Path.Combine(logs, Path.GetFileName(log)), overwrite: true);
        }
        return directory;

        void WriteLines<T>(string name, IEnumerable<T> items) =>
            File.WriteAllLines(Path.Combine(directory, name + ".jsonl"), items.Select(item => JsonConvert.SerializeObject(item, Settings)));
    }
}
