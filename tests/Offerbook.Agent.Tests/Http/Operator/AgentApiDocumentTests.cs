using Mesos.V1.Agent;

namespace Offerbook.Agent.Tests.Http.Operator;

public sealed class AgentApiDocumentTests
{
    [Test]
    public void Document_NamesEveryCall()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Offerbook.sln")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }
        var rows = File.ReadLines(Path.Combine(directory, "docs/using/agent-api.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);

        Assert.That(rows,
            Is.EquivalentTo(Call.Descriptor.EnumTypes.Single(type => type.Name == "Type").Values.Select(value => value.Name)));
    }
}
