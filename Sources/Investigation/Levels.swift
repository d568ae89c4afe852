import Model

// Detection has levels of its own, which end at attributed; here and in the folder all three are meant.
typealias ExposureLevel = Model.ExposureLevel
