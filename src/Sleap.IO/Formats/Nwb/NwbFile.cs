namespace Sleap.IO;

/// <summary>The frame of an NWB file, which is the same whatever it holds: the session, its groups, types and ids.</summary>
/// <param name="file">The file.</param>
/// <param name="ids">Identifiers of its objects.</param>
internal sealed class NwbFile(Hdf5Writer file, NwbIds ids)
{
    /// <summary>The schema that the file follows; what is used of it is the same in all versions since 2.0.</summary>
    private const string Version = "2.7.0";

    /// <summary>Stands for a time that is not known. It is the same in every file, as is all that depends on it.</summary>
    private const string UnknownTime = "1970-01-01T00:00:00+00:00";

    /// <summary>What every NWB file has at its root.</summary>
    /// <param name="description">What the session was.</param>
    public void WriteSession(string description)
    {
        Mark("/", "core", "NWBFile", "");
        file.VariableTextAttribute("/", "nwb_version", Version);
        file.Text("identifier", ids.Of(""));
        file.Text(
            "session_description",
            $"{description} When they were recorded is not known; {UnknownTime} stands for all times of the session."
        );
        file.Text("session_start_time", UnknownTime);
        file.Text("timestamps_reference_time", UnknownTime);
        file.Texts("file_create_date", [UnknownTime]);
        string[] groups =
        [
            "acquisition",
            "analysis",
            "general",
            "processing",
            "stimulus/presentation",
            "stimulus/templates",
        ];
        foreach (var group in groups)
            file.Group(group);
    }

    /// <summary>A group that is an object of a schema.</summary>
    public void Object(string name, string schema, string type)
    {
        file.Group(name);
        Mark(name, schema, type, name);
    }

    private void Mark(string name, string schema, string type, string id)
    {
        file.VariableTextAttribute(name, "namespace", schema);
        file.VariableTextAttribute(name, "neurodata_type", type);
        file.VariableTextAttribute(name, "object_id", ids.Of(id.Length == 0 ? "/" : id));
    }
}
