#include "console/pages/command_dialog.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kWidth = 460;
constexpr int kLotsAtOnce = 84;

}  // namespace

CommandDialog::CommandDialog(const PlantStatePtr& state, const CommandDraft& draft, QWidget* parent)
    : QDialog(parent),
      state_(state),
      draft_(draft),
      heading_(new QLabel(this)),
      consequence_(new QLabel(this)),
      notice_(new QLabel(this)),
      reason_(new QLineEdit(this)),
      confirm_(new QPushButton(this)),
      cancel_(new QPushButton(tr("Cancel"), this)) {
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(2 * kGap, 2 * kGap, 2 * kGap, 2 * kGap);
  box->setSpacing(kGap);
  setMinimumWidth(kWidth);
  consequence_->setWordWrap(true);
  notice_->setWordWrap(true);
  notice_->setFont(strongFont());
  auto* form = new QFormLayout;
  form->setSpacing(kGap);
  reason_->setPlaceholderText(tr("for the record"));
  reason_->setMaxLength(200);
  if (draft.action == CommandAction::kReleaseLots) makeLotFields(form);
  form->addRow(tr("Reason"), reason_);
  if (endangersService(*state, draft)) {
    typed_ = new QLineEdit(this);
    typed_->setPlaceholderText(draft.target);
    form->addRow(tr("Type \"%1\" to confirm").arg(draft.target), typed_);
    connect(typed_, &QLineEdit::textChanged, this, &CommandDialog::refresh);
  }
  heading_->setFont(titleFont());
  box->addWidget(heading_);
  box->addWidget(consequence_);
  box->addWidget(notice_);
  box->addLayout(form);
  auto* row = new QHBoxLayout;
  row->setSpacing(kGap);
  row->addStretch(1);
  row->addWidget(confirm_);
  row->addWidget(cancel_);
  box->addLayout(row);
  confirm_->setAutoDefault(false);
  cancel_->setDefault(true);
  cancel_->setFocus();
  connect(confirm_, &QPushButton::clicked, this, &QDialog::accept);
  connect(cancel_, &QPushButton::clicked, this, &QDialog::reject);
  refresh();
}

void CommandDialog::makeLotFields(QFormLayout* form) {
  product_ = new QLineEdit(draft_.target, this);
  product_->setMaxLength(32);
  count_ = new QSpinBox(this);
  count_->setRange(1, kLotsAtOnce);
  form->addRow(tr("Product"), product_);
  form->addRow(tr("Lots"), count_);
  connect(product_, &QLineEdit::textChanged, this, [this](const QString& text) {
    draft_.target = text.trimmed();
    refresh();
  });
  connect(count_, &QSpinBox::valueChanged, this, [this](int count) {
    draft_.count = count;
    refresh();
  });
}

QString CommandDialog::reason() const {
  return reason_->text().trimmed();
}

void CommandDialog::setState(const PlantStatePtr& state, const QString& refused) {
  const QString before = commandConsequence(*state_, draft_);
  state_ = state;
  refused_ = refused;
  const QString moved = viewMoved(*state, draft_);
  if (!moved.isEmpty()) {
    notice_->setText(moved + QLatin1Char(' ') + tr("Read the consequence again."));
    const GroupState* group = findGroup(*state, draft_.target);
    draft_.viewSeen = group->view;
    // Whoever was about to press the button must look again.
    cancel_->setFocus();
  }
  if (before != commandConsequence(*state_, draft_) || !refused.isEmpty() ||
      confirm_->isEnabled() == false) {
    refresh();
  }
}

void CommandDialog::refresh() {
  const QString title = commandTitle(*state_, draft_);
  setWindowTitle(title);
  heading_->setText(title);
  confirm_->setText(title);
  consequence_->setText(commandConsequence(*state_, draft_));
  QString missing = refused_;
  if (missing.isEmpty() && draft_.target.isEmpty()) missing = tr("Name the product.");
  if (missing.isEmpty() && typed_ != nullptr && typed_->text() != draft_.target) {
    missing = tr("Type the service's name: this takes it below its minimum.");
  }
  confirm_->setEnabled(missing.isEmpty());
  confirm_->setToolTip(missing);
  if (!refused_.isEmpty()) notice_->setText(refused_);
  notice_->setVisible(!notice_->text().isEmpty());
}

}  // namespace cohort::console
