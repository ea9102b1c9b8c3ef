using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// What the studio has open: a .slp or a video, which can be edited, or labels and videos that are looked at.
/// </summary>
internal sealed class OpenedProject : IDisposable
{
    private readonly string? _name;
    private readonly string? _lookOnly;
    private readonly Lock _gate = new();
    private volatile ProjectView _view;

    /// <summary>Takes labels to look at; frames of a file are built when they are looked at.</summary>
    /// <param name="name">What the page shows as the project's name: a file name without folders.</param>
    /// <param name="labels">The labels, or none with videos alone.</param>
    /// <param name="because">Why they cannot be edited.</param>
    public OpenedProject(string name, Labels labels, string because = "it was opened for reading")
    {
        (_name, _lookOnly) = (name, because);
        _view = new ProjectView(new ProjectState(new ProjectOrigin(labels, "")));
        Remarks = labels.Remarks;
    }

    private OpenedProject(EditSession session)
    {
        Session = session;
        _view = new ProjectView(session.State);
        Remarks = session.State.ToLabels().Remarks;
    }

    /// <summary>What the page shows as the project's name: a file name without folders.</summary>
    public string Name => _name ?? Path.GetFileName(Session!.Path);

    /// <summary>The folder that the project lies in; null where it is only looked at.</summary>
    public string? Folder => Session is null ? null : Path.GetDirectoryName(Session.Path);

    /// <summary>What edits the project; null where it is only looked at.</summary>
    public EditSession? Session { get; }

    /// <summary>Why the project cannot be edited; null when it can.</summary>
    public string? ReadOnlyBecause => Session is null ? _lookOnly : Session.ReadOnlyBecause;

    /// <summary>What was noticed about the labels when they were read.</summary>
    public IReadOnlyList<string> Remarks { get; }

    /// <summary>The frame that was changed last; null if none was.</summary>
    public FrameKey? LastEdited { get; set; }

    /// <summary>The project as it is now.</summary>
    public ProjectView View
    {
        get
        {
            var view = _view;
            if (Session is null || ReferenceEquals(view.State, Session.State))
                return view;
            lock (_gate)
            {
                var state = Session.State;
                return ReferenceEquals(_view.State, state) ? _view : _view = new ProjectView(state, _view);
            }
        }
    }

    /// <summary>
    /// Opens label files, videos and folders of images, or those that patterns match. Several label files become one
    /// set, and videos that no label file names come behind those that are named. One .slp or video can be edited.
    /// </summary>
    /// <param name="paths">At least one path.</param>
    /// <param name="options">How labels are read.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="PoseFormatException">A label file is damaged or of no known format.</exception>
    public static OpenedProject Open(IReadOnlyList<string> paths, LabelsReadOptions options)
    {
        paths = [.. paths.SelectMany(path => FileGlob.IsPattern(path) ? FileGlob.Find(path) : [path])];
        foreach (var path in paths.Where(path => !File.Exists(path) && !Directory.Exists(path)))
            throw new FileNotFoundException($"There is no file or folder {path}.", path);
        string[] files = [.. paths.Where(AreLabels)];
        if (paths.Count == 1 && (files.Length == 0 || LabelsFile.IsSlp(paths[0])))
            return new OpenedProject(EditSession.Open(paths[0], new EditOptions { Reading = options }));
        var named = files.Length > 0 ? Labels.LoadMany(files, options) : new Labels([]);
        var known = named.Videos.Select(video => video.FoundPath).OfType<string>().ToHashSet();
        Video[] added =
        [
            .. paths.Except(files).Select(Video.FromFile).Where(video => known.Add(video.FoundPath ?? video.Path)),
        ];
        var labels =
            added.Length == 0
                ? named
                : new Labels(
                    named.Frames,
                    new LabelsParts(
                        [.. named.Videos, .. added],
                        named.Skeletons,
                        named.Tracks,
                        named.Suggestions,
                        named.Provenance,
                        named.Remarks
                    )
                    {
                        Identities = named.Identities,
                        Bouts = named.Bouts,
                        Extras = named.Extras,
                    }
                );
        var first = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(paths[0])));
        return paths.Count > 1
            ? new OpenedProject($"{first} and {paths.Count - 1} more", labels, "several files are open; open one .slp")
            : new OpenedProject(first, labels, "only .slp files and videos are edited; convert it to .slp");
    }

    /// <summary>Ends the session: its journal is on the disk, and its lock is given back.</summary>
    public void Dispose() => Session?.Dispose();

    private static bool AreLabels(string path) =>
        Directory.Exists(path) ? LabelFormats.IsFolderOfLabels(path) : LabelFormats.AreLabels(path);
}
