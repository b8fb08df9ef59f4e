using Offerbook.Master.Operator.Views;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Http.Book;

/// <summary>Which framework and role is meant.</summary>
/// <param name="Framework">Null: whoever is in the role.</param>
internal sealed record WhyQuestion(FrameworkId? Framework, string? FrameworkName, string Role)
{
    /// <summary>Ids listed in a refusal.</summary>
    private const int MaxListed = 10;

    /// <param name="named">An id or a name; null: nobody in particular.</param>
    /// <param name="role">Null: the only role that the framework has.</param>
    public static (WhyQuestion? Question, BookAnswer? Refusal) Resolve(MasterView view, string? named, string? role)
    {
        if (named is null)
        {
            return role is null
                ? (null, BookAnswer.Bad("Give 'framework' (an id or a name), 'role', or both"))
                : (new WhyQuestion(null, null, role), null);
        }
        var found = view.Frameworks.Where(framework => framework.Id.Value == named).ToList();
        if (found.Count == 0)
        {
            found = [.. view.Frameworks.Where(framework => framework.Info.Name == named)];
        }
        if (found.Count == 0)
        {
            return (null, BookAnswer.Unknown($"There is no framework with the id or name '{named}'; GET /frameworks lists them"));
        }
        if (found.Count > 1)
        {
            return (null, BookAnswer.Bad($"{found.Count} frameworks are named '{named}'; give the id of one: "
                + string.Join(", ", found.Take(MaxListed).Select(framework => framework.Id))));
        }
        var one = found[0];
        if (role is null && one.Roles.Count != 1)
        {
            return (null, BookAnswer.Bad($"The framework '{named}' has {one.Roles.Count} roles; give the parameter 'role' as one of: "
                + string.Join(", ", one.Roles.Take(MaxListed))));
        }
        return (new WhyQuestion(one.Id, one.Info.Name, role ?? one.Roles[0]), null);
    }
}
