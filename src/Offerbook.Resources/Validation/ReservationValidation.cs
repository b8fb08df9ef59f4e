using Mesos.V1;
using MesosResource = Mesos.V1.Resource;
using MesosReservation = Mesos.V1.Resource.Types.ReservationInfo;
using MesosReservationType = Mesos.V1.Resource.Types.ReservationInfo.Types.Type;

namespace Offerbook.Resources;

/// <summary>
/// A reservation may be said in the old way (<c>role</c> and <c>reservation</c>) or in the new one (<c>reservations</c>); in both
/// only when there is exactly one and they agree, which is how the read endpoints say it.
/// </summary>
internal static class ReservationValidation
{
    public static void Validate(MesosResource resource, ProblemList problems)
    {
        if (resource.Reservations.Count > 0)
        {
            ValidateStack(resource, problems);
            ValidateAgreement(resource, problems);
        }
        else
        {
            ValidatePreRefinement(resource, problems);
        }

        if (resource.Revocable is not null)
        {
            if (resource.Reservations.Count > 0 || resource.Reservation is not null
                || (resource.HasRole && resource.Role != RoleName.Default))
            {
                problems.Add(ResourceProblemKind.BadRevocable, "Revocable resources cannot be reserved");
            }

            if (resource.Disk?.Persistence is not null)
            {
                problems.Add(ResourceProblemKind.BadRevocable, "Revocable resources cannot be persistent volumes");
            }
        }
    }

    private static void ValidateStack(MesosResource resource, ProblemList problems)
    {
        for (var i = 0; i < resource.Reservations.Count; i++)
        {
            var reservation = resource.Reservations[i];
            ValidateRole(reservation.Role, problems);
            if (!reservation.HasType || reservation.Type is not (MesosReservationType.Static or MesosReservationType.Dynamic))
            {
                problems.Add(ResourceProblemKind.BadReservation, "Invalid reservation: type must be STATIC or DYNAMIC");
            }
            else if (reservation.Type == MesosReservationType.Static && i > 0)
            {
                problems.Add(ResourceProblemKind.BadReservation, "Invalid refined reservation: a refined reservation cannot be STATIC");
            }

            if (i > 0 && !RoleName.IsStrictAncestor(resource.Reservations[i - 1].Role, reservation.Role))
            {
                problems.Add(
                    ResourceProblemKind.BadReservation,
                    $"Invalid refined reservation: role '{reservation.Role}' is not a refinement of role '{resource.Reservations[i - 1].Role}'");
            }
        }
    }

    private static void ValidateAgreement(MesosResource resource, ProblemList problems)
    {
        if (!resource.HasRole && resource.Reservation is null)
        {
            return;
        }

        var only = resource.Reservations[0];
        var agrees = resource.Reservations.Count == 1
            && resource.Role == only.Role
            && (resource.Reservation is { } old
                ? only.Type == MesosReservationType.Dynamic && SamePrincipalAndLabels(old, only)
                : only.Type == MesosReservationType.Static);
        if (!agrees)
        {
            problems.Add(
                ResourceProblemKind.BadReservation,
                "Invalid resource format: 'role' and 'reservation' may accompany 'reservations' only when there is exactly one and they agree");
        }
    }

    private static void ValidatePreRefinement(MesosResource resource, ProblemList problems)
    {
        var role = resource.HasRole ? resource.Role : RoleName.Default;
        if (role != RoleName.Default)
        {
            ValidateRole(role, problems);
        }
        else if (resource.Reservation is not null)
        {
            problems.Add(ResourceProblemKind.BadReservation, "Invalid reservation: role \"*\" cannot be dynamically reserved");
        }

        if (resource.Reservation is { HasType: true } or { HasRole: true })
        {
            problems.Add(
                ResourceProblemKind.BadReservation,
                "Invalid resource format: 'type' and 'role' of a reservation belong in 'reservations', not in 'reservation'");
        }
    }

    private static void ValidateRole(string role, ProblemList problems)
    {
        if (role == RoleName.Default)
        {
            problems.Add(ResourceProblemKind.BadReservation, "Invalid reservation: role \"*\" cannot be reserved");
        }
        else if (RoleName.Problem(role) is { } problem)
        {
            problems.Add(ResourceProblemKind.BadRole, problem);
        }
    }

    private static bool SamePrincipalAndLabels(MesosReservation left, MesosReservation right) =>
        left.HasPrincipal == right.HasPrincipal
        && left.Principal == right.Principal
        && LabelSet.From(left.Labels ?? new Labels()).Equals(LabelSet.From(right.Labels ?? new Labels()));
}
