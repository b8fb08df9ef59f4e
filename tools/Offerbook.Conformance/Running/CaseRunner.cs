using Offerbook.Conformance.Cases;
using Offerbook.Conformance.Kit;

namespace Offerbook.Conformance.Running;

/// <summary>Runs a case from beginning to end and says how it went.</summary>
public static class CaseRunner
{
    /// <summary>No case may take longer, whatever it waits for.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <returns>Null when the implementation behaves as the case says, else what it did.</returns>
    public static async Task<string?> RunAsync(ConformanceCase @case, KitOptions options)
    {
        try
        {
            await using var context = new CaseContext(options);
            await @case.Run(context).WaitAsync(Limit);
            return null;
        }
        catch (ExpectationFailed failure)
        {
            return failure.Message;
        }
        catch (TimeoutException)
        {
            return $"The case did not end within {Limit.TotalSeconds} s";
        }
        catch (HttpRequestException failure)
        {
            return $"No answer from {options.Master}: {failure.Message}";
        }
    }

    /// <summary>What of a cluster's equipment can be seen from outside.</summary>
    public static async Task<int> CountAgentsAsync(KitOptions options)
    {
        using var @operator = new ScriptedOperator(options);
        var slaves = await @operator.GetAsync("/slaves");
        return slaves.GetProperty("slaves").EnumerateArray().Count(slave => slave.GetProperty("active").GetBoolean());
    }
}
