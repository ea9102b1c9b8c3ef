using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sleap.Studio;

/// <summary>What changes the project: each a POST of JSON, and each on the disk when it is answered.</summary>
internal sealed class EditApi
{
    private readonly OpenedProject _project;
    private readonly FaultText _faults;

    private EditApi(OpenedProject project, FaultText faults) => (_project, _faults) = (project, faults);

    public static EditApi Map(IEndpointRouteBuilder routes, OpenedProject project, FaultText faults)
    {
        var api = new EditApi(project, faults);
        routes.MapGet("/api/edit", () => ProjectApi.Ok(api.State()));
        api.Post<EditRequest>(routes, "", request => ProjectApi.Ok(api.Apply(request)));
        api.Post<EditRequest>(
            routes,
            "/preview",
            request => ProjectApi.Ok(api.Session.Preview(Checked(request.Command)))
        );
        api.Post<NewInstance>(routes, "/instance", request => ProjectApi.Ok(api.Add(request)));
        api.Post<Nothing>(routes, "/undo", _ => ProjectApi.Ok(api.Done(api.Session.Undo())));
        api.Post<Nothing>(routes, "/redo", _ => ProjectApi.Ok(api.Done(api.Session.Redo())));
        api.Post<SaveRequest>(routes, "/save", request => ProjectApi.Ok(api.Save(request)));
        api.Post<MergeRequest>(
            routes,
            "/merge",
            request =>
            {
                api.Done(api.Session.Merge(request.Choice));
                return ProjectApi.Ok(api.State());
            }
        );
        api.Post<Nothing>(
            routes,
            "/restore",
            _ =>
            {
                var problems = api.Session.Restore();
                return ProjectApi.Ok(api.State() with { Problems = [.. problems.Select(api._faults.Named)] });
            }
        );
        api.Post<Nothing>(
            routes,
            "/discard",
            _ =>
            {
                api.Session.Discard();
                return ProjectApi.Ok(api.State());
            }
        );
        return api;
    }

    /// <summary>What edits the project.</summary>
    /// <exception cref="EditException">It is only looked at.</exception>
    public EditSession Session =>
        _project.Session
        ?? throw new EditException(EditFault.ReadOnly, $"It cannot be edited: {_project.ReadOnlyBecause}.");

    /// <summary>Adds what answers a POST of JSON below /api/edit.</summary>
    public void Post<T>(IEndpointRouteBuilder routes, string path, Func<T, IResult> answer)
        where T : class => Post<T>(routes, path, (asked, _) => Task.FromResult(answer(asked)));

    /// <summary>Adds what answers a POST of JSON below /api/edit, after waiting for something.</summary>
    public void Post<T>(IEndpointRouteBuilder routes, string path, Func<T, CancellationToken, Task<IResult>> answer)
        where T : class =>
        routes.MapPost(
            $"/api/edit{path}",
            async (HttpRequest request, CancellationToken aborted) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body, aborted);
                var asked = EditJson.Parse<T>(body.GetBuffer().AsSpan(0, (int)body.Length));
                try
                {
                    return await answer(asked, aborted);
                }
                catch (EditException fault) when (fault.Fault == EditFault.Stale)
                {
                    var key = asked switch
                    {
                        EditRequest { Command: FrameCommand command } => command.Key,
                        NewInstance wanted => new FrameKey(wanted.Video, wanted.Frame),
                        _ => (FrameKey?)null,
                    };
                    return Refused(fault, "stale", key is { } frame ? Answers.Frame(_project.View, frame) : null);
                }
                catch (SaveException fault)
                {
                    return Refused(fault, fault.Fault, null);
                }
            }
        );

    private IResult Refused(Exception fault, object kind, FrameAnswer? labels)
    {
        var (status, text) = _faults.Of(fault);
        return Results.Json(new Refusal(text, kind, labels), Answers.Json, null, status);
    }

    private EditAnswer Apply(EditRequest request) =>
        Done(Session.Apply(Checked(request.Command), request.FrameRevision, request.Revision));

    /// <summary>Does a command that the program made.</summary>
    public EditAnswer Do(EditCommand command) => Done(Session.Apply(command));

    private EditAnswer Add(NewInstance wanted) =>
        Done(Session.Apply(StartPose.Of(_project.View, wanted), wanted.FrameRevision));

    private EditAnswer Done(EditResult result)
    {
        var frames = result.Step.Frames;
        FrameKey? first = frames.Count > 0 ? frames[0] : null;
        _project.LastEdited = first ?? _project.LastEdited;
        return new EditAnswer(
            State(),
            first,
            frames.Count,
            !ReferenceEquals(result.Step.Before.Structure, result.Step.After.Structure),
            first is { } key ? Answers.Frame(_project.View, key) : null
        );
    }

    private StateAnswer Save(SaveRequest request)
    {
        var options = new SaveOptions { AcceptLosses = request.AcceptLosses, Overwrite = request.Overwrite };
        var path = request.Name is { } name ? PathOf(name) : Session.Path;
        if (path == Session.Path)
            Session.Save(options);
        else
            Session.SaveAs(path, options);
        return State();
    }

    /// <summary>The path of a new file beside the project.</summary>
    private string PathOf(string name)
    {
        EditLimits.CheckName("the file", name);
        if (name != Path.GetFileName(name) || name.StartsWith('.') || name.IndexOfAny(['/', '\\', ':']) >= 0)
            throw EditException.Invalid("The name of the file may not have a folder; it goes beside the project.");
        return Path.Combine(Path.GetDirectoryName(Session.Path)!, LabelsFile.IsSlp(name) ? name : $"{name}.slp");
    }

    private StateAnswer State()
    {
        var session = _project.Session;
        var steps = session?.Steps ?? default;
        var pending = session?.Pending;
        return new StateAnswer(
            _project.Name,
            _project.View.State.Revision,
            _project.ReadOnlyBecause is { } because ? _faults.Named(because) : null,
            session is not null && LabelsFile.IsSlp(session.Path),
            session?.IsDirty is true,
            steps.Undo is not null,
            steps.Redo is not null,
            pending is null ? null : pending with { Problems = [.. pending.Problems.Select(_faults.Named)] },
            []
        );
    }

    /// <summary>Videos come from the command line alone, because a command that adds one has a path.</summary>
    private static EditCommand Checked(EditCommand command) =>
        command is AddVideo || (command is Batch { Commands: { } parts } && parts.Any(part => part is AddVideo))
            ? throw EditException.Invalid("The page adds no videos.")
            : command;

    private sealed record Nothing;

    /// <summary>What another program wrote into the file is to be taken over.</summary>
    private sealed record MergeRequest(MergeChoice Choice = MergeChoice.None);
}

/// <summary>An edit is asked for.</summary>
/// <param name="Command">What is done.</param>
/// <param name="FrameRevision">The revision of the frame that it was made for; null for any.</param>
/// <param name="Revision">The revision of the project that it was made for; null for any.</param>
internal sealed record EditRequest(EditCommand Command, long? FrameRevision = null, long? Revision = null);

/// <summary>Saving is asked for.</summary>
/// <param name="Name">Name of a new file beside the project; null, or its own name, for the project's file.</param>
/// <param name="AcceptLosses">Whether the file may lack something.</param>
/// <param name="Overwrite">Whether a file that another program changed or made is replaced.</param>
internal sealed record SaveRequest(string? Name = null, bool AcceptLosses = false, bool Overwrite = false);

/// <summary>How the session is.</summary>
/// <param name="Name">Name of the project.</param>
/// <param name="Revision">Stands for what the project holds.</param>
/// <param name="ReadOnlyBecause">Why it cannot be edited; null when it can.</param>
/// <param name="HasFile">Whether it can be saved without a new name.</param>
/// <param name="IsUnsaved">Whether the file lacks something.</param>
/// <param name="CanUndo">Whether there is something to undo.</param>
/// <param name="CanRedo">Whether there is something to do again.</param>
/// <param name="Pending">Edits of an earlier session to be restored or discarded; null for none.</param>
/// <param name="Problems">What could not be restored.</param>
internal sealed record StateAnswer(
    string Name,
    long Revision,
    string? ReadOnlyBecause,
    bool HasFile,
    bool IsUnsaved,
    bool CanUndo,
    bool CanRedo,
    PendingEdits? Pending,
    IReadOnlyList<string> Problems
);

/// <summary>What an edit did.</summary>
/// <param name="State">How the session is then.</param>
/// <param name="Frame">A frame that changed; null for none.</param>
/// <param name="Frames">How many changed.</param>
/// <param name="IsStructure">Whether tracks, skeletons or suggestions changed.</param>
/// <param name="Labels">The labels of that frame now.</param>
internal sealed record EditAnswer(
    StateAnswer State,
    FrameKey? Frame,
    int Frames,
    bool IsStructure,
    FrameAnswer? Labels
);

/// <summary>Why an edit or a save was refused.</summary>
/// <param name="Error">A sentence for the person at the page.</param>
/// <param name="Kind">The kind of the reason.</param>
/// <param name="Labels">The frame as it is now, where the edit was made for an earlier one.</param>
internal sealed record Refusal(string Error, object Kind, FrameAnswer? Labels);
