#include "faults/fault_table.h"

#include <fmt/format.h>

#include <map>
#include <regex>

namespace ferry::faults {
namespace {

std::map<std::string, std::int64_t>& Times() {
  static auto* const times = new std::map<std::string, std::int64_t>;
  return *times;
}

std::string RowOf(const FaultCase& fault_case) {
  if (fault_case.heard == "ok")
    return fmt::format("| {} | | every call works, with the right data | nothing to recover |\n",
                       Describe(fault_case.step));
  const double ms = static_cast<double>(Times()[NameOf(fault_case)]) / 1000;
  const std::string late =
      fault_case.late.empty() ? "" : fmt::format("; rank {}: `{}`", kLateRank, fault_case.late);
  return fmt::format("| {} | {:.1f} ms | `{}`{} | the survivors join anew and go on |\n",
                     Describe(fault_case.step), ms, fault_case.heard, late);
}

}  // namespace

void NoteTime(const FaultCase& fault_case, std::int64_t microseconds) {
  Times()[NameOf(fault_case)] = microseconds;
}

std::string FaultTable() {
  std::string text =
      "# Faults\n\n"
      "Four processes join with HcclGetRootInfo and HcclCommInitRootInfo, and one of them, rank 2 "
      "unless the title says otherwise, is struck at a step. The tables say what the others hear, "
      "and how long after the fault the slowest of them heard it, on a machine of two cores with "
      "other work on it, counted from "
      "its call where that came later. Each row is a test (`tests/faults/`) that also checks all "
      "data received, and that no process, socket or file is left. It allows 2 s, or 3 s where the "
      "process is stopped and goes on late; a case that took longer is run once more, as the "
      "machine may have been busy. FERRY_FAULTS_TABLE=FILE writes this text anew.\n";
  int fault = -1;
  for (const FaultCase& fault_case : AllFaultCases()) {
    if (fault != static_cast<int>(fault_case.fault)) {
      fault = static_cast<int>(fault_case.fault);
      text += fmt::format(
          "\n## The process {}\n\n| step | heard after | what the others hear | afterwards "
          "|\n|---|---|---|---|\n",
          Describe(fault_case.fault));
    }
    text += RowOf(fault_case);
  }
  return text;
}

std::string WithoutTimes(const std::string& table) {
  return std::regex_replace(table, std::regex("[0-9]+\\.[0-9] ms"), "T");
}

}  // namespace ferry::faults
